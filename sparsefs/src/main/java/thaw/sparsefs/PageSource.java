package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The content of a file, by pages of {@link #PAGE_BYTES}. Asked from several threads at once.
 *
 * <p>A source that cannot give the right bytes throws: the reader then gets EIO, and a VM that
 * faulted on the page dies. It never gets wrong bytes.
 */
public interface PageSource {
  /** The unit of everything here: a page of guest memory, bytes. */
  int PAGE_BYTES = 4096;

  /** A page of zeros. */
  MemorySegment ZERO_PAGE = Arena.global().allocate(PAGE_BYTES, PAGE_BYTES).asReadOnly();

  /**
   * One page's bytes.
   *
   * @param page number of the page, from 0
   * @return {@link #PAGE_BYTES} bytes of native memory that stay valid and unchanged as long as the
   *     file exists and somebody refers to the segment, or empty if the page is all zeros
   */
  Optional<MemorySegment> page(long page) throws IOException;

  /**
   * Begins to bring pages nearer that will be asked for soon, many at once, and does not wait.
   *
   * @param pages their numbers
   */
  default void fetchAhead(IntStream pages) {}

  /** A source whose pages are all zeros. */
  static PageSource zeros() {
    return page -> Optional.empty();
  }

  /**
   * This source's pages where it has any, else those of {@code parent}: how a layer lies over
   * another. A page that is zero here but not below must be given as a page of zeros.
   */
  default PageSource over(PageSource parent) {
    return page -> {
      Optional<MemorySegment> own = page(page);
      return own.isPresent() ? own : parent.page(page);
    };
  }
}
