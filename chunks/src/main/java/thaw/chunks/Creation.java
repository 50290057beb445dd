package thaw.chunks;

/**
 * The right to put objects into an active root. The root is not retired as long as it is open: it
 * is to be closed when what was made stands in the database, or will not.
 */
public final class Creation implements AutoCloseable {
  private final Roots roots;
  private final long root;
  private boolean closed;

  Creation(Roots roots, long root) {
    this.roots = roots;
    this.root = root;
  }

  /** The root to put objects into. */
  public long root() {
    return root;
  }

  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the creation in root " + root + " is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      roots.closed(this);
    }
  }
}
