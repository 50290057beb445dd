package thaw.erofs;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Gives the content of files its place on a disk that is cut into chunks, one file behind the other
 * in the order in which they come, so that what grows does not shift the chunks of what follows:
 * each large file begins on a chunk's boundary, and so do small files now and then, which ones
 * depending on their names and sizes alone. (docs/container-images.md)
 */
public final class ContentLayout {
  /** What disks are cut into. */
  public static final int CHUNK_BYTES = 512 * 1024;

  /** From this size on a file has chunks to itself. */
  private static final int LARGE_BYTES = 1 << 20;

  /** So much of small files lies between two boundaries on average. */
  private static final long RUN_BYTES = 2 << 20;

  private final byte[] crcInput = new byte[8];
  private long position;
  private long paddingLeft;

  /**
   * @param position where the content begins: a block
   * @param paddingBytes how much may be spent on boundaries; beyond it there are none
   */
  public ContentLayout(long position, long paddingBytes) {
    this.position = position;
    this.paddingLeft = paddingBytes;
  }

  /** Whatever comes next begins on a boundary. */
  public void align() {
    long gap = Math.floorMod(-position, (long) CHUNK_BYTES);
    if (gap <= paddingLeft) {
      paddingLeft -= gap;
      position += gap;
    }
  }

  /**
   * Gives a file its place.
   *
   * @param path its bytes, one character each
   * @return the block that its content begins at
   */
  public long place(String path, long bytes) {
    if (bytes >= LARGE_BYTES || isBoundary(path, bytes)) {
      align();
    }
    long block = position / ErofsMetadata.BLOCK_BYTES;
    position += ErofsMetadata.blocksOf(bytes) * ErofsMetadata.BLOCK_BYTES;
    if (bytes >= LARGE_BYTES) {
      align();
    }
    return block;
  }

  /** Where the next file begins, unless on a boundary. */
  public long position() {
    return position;
  }

  private boolean isBoundary(String path, long bytes) {
    CRC32C crc = new CRC32C();
    crc.update(path.getBytes(StandardCharsets.ISO_8859_1));
    // Twice, since names that differ in their ends only have sums that are alike.
    long sum = crc.getValue();
    for (int i = 0; i < crcInput.length; i++) {
      crcInput[i] = (byte) (sum >>> (4 * i));
    }
    crc.update(crcInput);
    return crc.getValue() % RUN_BYTES < bytes;
  }
}
