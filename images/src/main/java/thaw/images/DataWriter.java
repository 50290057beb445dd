package thaw.images;

import java.io.IOException;
import thaw.erofs.ContentLayout;
import thaw.erofs.ErofsMetadata;

/** Writes a disk's first block and the content of files, each where its layout has it. */
final class DataWriter {
  private final DiskSink out;
  private final long limitBytes;
  private final ContentLayout layout;
  private long written;

  /**
   * @param first the disk's first block, which is no file's
   * @param limitBytes where the disk's space for content ends
   * @param paddingBytes how much of it may be spent on boundaries
   */
  DataWriter(DiskSink out, byte[] first, long limitBytes, long paddingBytes) throws IOException {
    this.out = out;
    this.limitBytes = limitBytes;
    this.layout = new ContentLayout(first.length, paddingBytes);
    write(first, first.length);
  }

  /** Whatever comes next begins on a boundary. */
  void align() throws IOException {
    layout.align();
    fill(layout.position());
  }

  /**
   * Begins a file.
   *
   * @return the block its content begins at
   */
  long begin(String path, long bytes) throws IOException {
    long block = layout.place(path, bytes);
    long begin = block * ErofsMetadata.BLOCK_BYTES;
    if (begin + bytes > limitBytes) {
      throw ImageException.invalid("the image holds more than fits on a function's disk");
    }
    fill(begin);
    return block;
  }

  void write(byte[] bytes, int count) throws IOException {
    out.write(bytes, 0, count);
    written += count;
  }

  /** Ends a file. */
  void end() throws IOException {
    fill(layout.position());
  }

  /** How much was written. */
  long position() {
    return written;
  }

  private void fill(long until) throws IOException {
    if (until > written) {
      out.writeZeros(until - written);
      written = until;
    }
  }
}
