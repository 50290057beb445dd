package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A content that is decided after its file exists: a VMM may open and map the file before anybody
 * knows which snapshot it will be. Whoever reads a page before that gets an error and no bytes.
 */
public final class LateSource implements PageSource {
  private volatile @Nullable PageSource source;

  /** Decides, once. */
  public synchronized void bind(PageSource content) {
    if (source != null) {
      throw new IllegalStateException("the content is decided already");
    }
    source = content;
  }

  @Override
  public Optional<MemorySegment> page(long page) throws IOException {
    PageSource bound = source;
    if (bound == null) {
      throw new IOException("page " + page + " was read before its content was decided");
    }
    return bound.page(page);
  }

  @Override
  public void fetchAhead(IntStream pages) {
    PageSource bound = source;
    if (bound != null) {
      bound.fetchAhead(pages);
    }
  }
}
