package thaw.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first block of an image.
 *
 * @see <a href="https://docs.kernel.org/filesystems/erofs.html">Linux: EROFS, on-disk details</a>
 */
public final class ErofsSuperblock {
  private static final int OFFSET = 1024;
  private static final int CHECKSUM_OFFSET = OFFSET + 4;
  private static final int MAGIC = 0xE0F5E1E2;
  private static final int COMPAT_CHECKSUM_AND_MTIME = 3;
  private static final byte BLOCK_BITS = 12;
  private static final int NAME_BYTES = 16;

  /** Time of what has none: 1 January 1980, as old as a zip's own times can be. */
  public static final long EPOCH_SECONDS = 315_532_800L;

  private ErofsSuperblock() {}

  /**
   * The block. It depends on these alone, so that it can be written before the rest is known.
   *
   * @param metadataBlock where the {@link ErofsMetadata} begin
   * @param blocks of the whole image
   * @param inodes how many there are, for who asks; 0 if nobody knows yet
   * @param name of the volume, at most 16 characters of ASCII
   */
  public static byte[] encode(long metadataBlock, long blocks, long inodes, String name) {
    byte[] bytes = new byte[ErofsMetadata.BLOCK_BYTES];
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(OFFSET);
    block
        .putInt(MAGIC)
        .putInt(0) // checksum, below
        .putInt(COMPAT_CHECKSUM_AND_MTIME)
        .put(BLOCK_BITS)
        .put((byte) 0) // no extension slots
        .putShort((short) ErofsMetadata.ROOT)
        .putLong(inodes)
        .putLong(EPOCH_SECONDS)
        .putInt(0)
        .putInt((int) blocks)
        .putInt((int) metadataBlock)
        .putInt(0) // no shared attributes
        .put(new byte[16]) // a fixed UUID: an image is known by the hash of what it is made of
        .put(Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), NAME_BYTES));
    CRC32C crc = new CRC32C();
    crc.update(bytes, OFFSET, ErofsMetadata.BLOCK_BYTES - OFFSET);
    // Linux keeps the CRC's register as it is, without the final inversion.
    block.putInt(CHECKSUM_OFFSET, ~(int) crc.getValue());
    return bytes;
  }
}
