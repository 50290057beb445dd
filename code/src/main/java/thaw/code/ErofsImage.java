package thaw.code;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Writes checked archives as a read-only erofs file system, uncompressed, straight from the zip:
 * nothing a stranger named is ever created on the host's own file system, and equal archives give
 * equal bytes. ({@code mkfs.erofs} would need the archive unpacked first.)
 *
 * @see <a href="https://docs.kernel.org/filesystems/erofs.html">Linux: EROFS, on-disk details</a>
 */
final class ErofsImage {
  private static final int SUPERBLOCK_OFFSET = 1024;
  private static final int CHECKSUM_OFFSET = SUPERBLOCK_OFFSET + 4;
  private static final int MAGIC = 0xE0F5E1E2;
  private static final int COMPAT_CHECKSUM_AND_MTIME = 3;
  private static final byte BLOCK_BITS = 12;

  private final Archives archives;
  private final ErofsLayout layout;
  private final OutputStream out;

  private ErofsImage(Archives archives, OutputStream out) {
    this.archives = archives;
    this.layout = new ErofsLayout(archives.root());
    this.out = out;
  }

  /** Writes the image from its first byte to its last; answers how many they are. */
  static long write(Archives archives, OutputStream out) throws IOException {
    ErofsImage image = new ErofsImage(archives, out);
    image.write();
    return image.layout.blocks() * ErofsLayout.BLOCK_BYTES;
  }

  private void write() throws IOException {
    out.write(superblock());
    out.write(inodeTable());
    for (ErofsInode inode : layout.inodes()) {
      byte[] content = layout.metadata(inode);
      out.write(content);
      pad(content.length);
    }
    for (ErofsInode inode : layout.inodes()) {
      if (inode.node() instanceof ArchiveNode.RegularFile file) {
        archives.inflate(file, file.sizeBytes(), (buffer, length) -> out.write(buffer, 0, length));
        pad(file.sizeBytes());
      }
    }
  }

  private byte[] inodeTable() {
    long blocks = ErofsLayout.blocksOf((long) layout.inodes().size() * ErofsInode.BYTES);
    byte[] bytes = new byte[(int) blocks * ErofsLayout.BLOCK_BYTES];
    ByteBuffer table = littleEndian(bytes);
    layout.inodes().forEach(inode -> inode.writeTo(table));
    return bytes;
  }

  private byte[] superblock() {
    byte[] bytes = new byte[ErofsLayout.BLOCK_BYTES];
    ByteBuffer block = littleEndian(bytes).position(SUPERBLOCK_OFFSET);
    block
        .putInt(MAGIC)
        .putInt(0) // checksum, below
        .putInt(COMPAT_CHECKSUM_AND_MTIME)
        .put(BLOCK_BITS)
        .put((byte) 0) // no extension slots
        .putShort((short) layout.inodes().getFirst().number())
        .putLong(layout.inodes().size())
        .putLong(ErofsInode.EPOCH_SECONDS)
        .putInt(0)
        .putInt((int) layout.blocks())
        .putInt(0) // inode numbers count from block 0
        .putInt(0) // no shared attributes
        .put(new byte[16]) // a fixed UUID: an image is known by the hash of its zip
        .put(Arrays.copyOf("thaw-code".getBytes(StandardCharsets.US_ASCII), 16));
    CRC32C crc = new CRC32C();
    crc.update(bytes, SUPERBLOCK_OFFSET, ErofsLayout.BLOCK_BYTES - SUPERBLOCK_OFFSET);
    // Linux keeps the CRC's register as it is, without the final inversion.
    block.putInt(CHECKSUM_OFFSET, ~(int) crc.getValue());
    return bytes;
  }

  private void pad(long contentBytes) throws IOException {
    long tail = contentBytes % ErofsLayout.BLOCK_BYTES;
    if (tail != 0) {
      out.write(new byte[(int) (ErofsLayout.BLOCK_BYTES - tail)]);
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
