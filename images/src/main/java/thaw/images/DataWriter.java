package thaw.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import thaw.erofs.ErofsMetadata;

/**
 * Lays the content of files out on a disk, in the order in which it comes, so that what grows does
 * not shift the chunks of what follows: each layer and each large file begins on a chunk's
 * boundary, and so do small files now and then, which ones depending on their names and sizes
 * alone. (docs/container-images.md)
 */
final class DataWriter {
  static final int CHUNK_BYTES = 512 * 1024;

  /** From this size on a file has chunks to itself. */
  static final int LARGE_BYTES = 1 << 20;

  /** So much of small files lies between two boundaries on average. */
  private static final long RUN_BYTES = 2 << 20;

  private final DiskSink out;
  private final long limitBytes;
  private final byte[] crcInput = new byte[8];
  private long position;
  private long paddingLeft;

  /**
   * @param limitBytes where the disk's space for content ends
   * @param paddingBytes how much of it may be spent on boundaries
   */
  DataWriter(DiskSink out, long limitBytes, long paddingBytes) {
    this.out = out;
    this.limitBytes = limitBytes;
    this.paddingLeft = paddingBytes;
  }

  /** The disk's first block, which is no file's. */
  void writeFirst(byte[] block) throws IOException {
    out.write(block, 0, block.length);
    position = block.length;
  }

  /** Whatever comes next begins on a boundary. */
  void align() throws IOException {
    long gap = Math.floorMod(-position, (long) CHUNK_BYTES);
    if (gap <= paddingLeft) {
      paddingLeft -= gap;
      zeros(gap);
    }
  }

  /**
   * Begins a file.
   *
   * @return the block its content begins at
   */
  long begin(String path, long bytes) throws IOException {
    if (bytes >= LARGE_BYTES || isBoundary(path, bytes)) {
      align();
    }
    if (position + bytes > limitBytes) {
      throw ImageException.invalid("the image holds more than fits on a function's disk");
    }
    return position / ErofsMetadata.BLOCK_BYTES;
  }

  void write(byte[] bytes, int count) throws IOException {
    out.write(bytes, 0, count);
    position += count;
  }

  /** Ends a file of that many bytes. */
  void end(long bytes) throws IOException {
    zeros(Math.floorMod(-position, (long) ErofsMetadata.BLOCK_BYTES));
    if (bytes >= LARGE_BYTES) {
      align();
    }
  }

  /** How much was written. */
  long position() {
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

  private void zeros(long count) throws IOException {
    if (count > 0) {
      out.writeZeros(count);
      position += count;
    }
  }
}
