package thaw.code;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;
import thaw.chunks.ChunkedFile;
import thaw.chunks.DamagedException;

/** A disk image in the chunk store: its chunks come when a page of them is first wanted. */
public final class ChunkedImage {
  private final ChunkedFile file;
  private final Runnable damaged;

  /**
   * @param damaged is told when a page cannot be given because it is not what was written
   */
  ChunkedImage(ChunkedFile file, Runnable damaged) {
    this.file = file;
    this.damaged = damaged;
  }

  /**
   * A page of 4,096 bytes.
   *
   * @return empty if it is all zeros, which beyond the image's end all are
   */
  public Optional<MemorySegment> page(long page) throws IOException {
    try {
      return file.page(page);
    } catch (DamagedException e) {
      damaged.run();
      throw e;
    }
  }

  /** Begins to bring pages nearer that will be asked for soon, and does not wait. */
  public void fetchAhead(IntStream pages) {
    file.fetchAhead(pages);
  }

  /** Length of what was written, bytes; the disk is longer and zero from there on. */
  public long bytes() {
    return file.bytes();
  }
}
