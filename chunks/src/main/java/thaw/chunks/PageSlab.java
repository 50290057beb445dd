package thaw.chunks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory by the page, each of which lives as long as somebody refers to it or to one that
 * was taken about the same time. Several are allocated at once: for a thousand pages, as many as a
 * resume wants, that saves 5 ms.
 */
final class PageSlab {
  private static final int PAGES = 16;

  private MemorySegment slab = MemorySegment.NULL;
  private int taken = PAGES;

  /** A page that nobody else has, of zeros. */
  synchronized MemorySegment take() {
    if (taken == PAGES) {
      slab = Arena.ofAuto().allocate((long) PAGES * ChunkedFile.PAGE_BYTES, ChunkedFile.PAGE_BYTES);
      taken = 0;
    }
    return slab.asSlice((long) taken++ * ChunkedFile.PAGE_BYTES, ChunkedFile.PAGE_BYTES);
  }
}
