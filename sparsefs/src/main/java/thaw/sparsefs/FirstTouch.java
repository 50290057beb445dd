package thaw.sparsefs;

/**
 * Told of every read that reaches the server, which is each page's first touch: later ones are
 * served by the page cache, unless the file is read directly. Called on a server thread before the
 * reply, from several at once: must be quick and must not touch the file system.
 */
@FunctionalInterface
public interface FirstTouch {
  /**
   * Some pages that follow each other were read.
   *
   * @param firstPage number of the first page read
   * @param pages how many
   */
  void touched(long firstPage, int pages);

  /** Nobody listens. */
  FirstTouch NONE = (firstPage, pages) -> {};
}
