package thaw.chunks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for pages, cut from larger pieces, each of which lives as long as one of its pages is
 * referred to: a piece of memory for each page would cost more than filling it. Of one thread.
 */
final class PageSlab {
  private static final int PAGES = 64;
  private static final int BYTES = PAGES * ChunkedFile.PAGE_BYTES;

  private MemorySegment slab = MemorySegment.NULL;
  private long next = BYTES;

  /** A page that nobody had before; zeros. */
  MemorySegment take() {
    if (next == BYTES) {
      slab = Arena.ofAuto().allocate(BYTES, ChunkedFile.PAGE_BYTES);
      next = 0;
    }
    MemorySegment page = slab.asSlice(next, ChunkedFile.PAGE_BYTES);
    next += ChunkedFile.PAGE_BYTES;
    return page;
  }
}
