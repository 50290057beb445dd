package thaw.guest;

import java.util.Arrays;

/**
 * The ELF kernel inside a bzImage, which QEMU starts at its PVH entry with no real-mode code and no
 * decompression in the guest (Linux: Documentation/arch/x86/boot.rst).
 */
final class BzImage {
  private static final int SETUP_SECTORS = 0x1f1;
  private static final int HEADER_MAGIC = 0x202;
  private static final int HDRS = 0x53726448;
  private static final int PAYLOAD_OFFSET = 0x248;
  private static final int PAYLOAD_LENGTH = 0x24c;
  private static final int ELF = 0x464c457f;

  private BzImage() {}

  /**
   * @throws GuestBuildException if it is no bzImage, or packed in another way than LZ4
   */
  static byte[] vmlinux(byte[] image) {
    if (image.length < PAYLOAD_LENGTH + 4 || LittleEndian.int32(image, HEADER_MAGIC) != HDRS) {
      throw new GuestBuildException("The kernel package's vmlinuz is no bzImage");
    }
    int start =
        ((image[SETUP_SECTORS] & 0xff) + 1) * 512 + LittleEndian.int32(image, PAYLOAD_OFFSET);
    int length = LittleEndian.int32(image, PAYLOAD_LENGTH);
    if (length < 8 || start < 0 || start > image.length - length) {
      throw new GuestBuildException("The kernel package's vmlinuz is cut short");
    }
    byte[] payload = Arrays.copyOfRange(image, start, start + length);
    if (!Lz4Legacy.matches(payload)) {
      throw new GuestBuildException(
          "The kernel is not packed with LZ4 (its first bytes are %08x): choose another kernel in"
                  .formatted(LittleEndian.int32(payload, 0))
              + " recipe.conf");
    }
    // The kernel's build appends the unpacked size to the payload.
    int unpackedBytes = LittleEndian.int32(payload, length - Integer.BYTES);
    if (unpackedBytes < Integer.BYTES || unpackedBytes > 512 << 20) {
      throw new GuestBuildException("The kernel claims to unpack to " + unpackedBytes + " bytes");
    }
    byte[] kernel = Lz4Legacy.decompress(payload, unpackedBytes);
    if (LittleEndian.int32(kernel, 0) != ELF) {
      throw new GuestBuildException("The kernel package's vmlinuz has no ELF kernel in it");
    }
    return kernel;
  }
}
