package thaw.sparsefs;

/** A read-only file that may be in the directories of several sandboxes: one inode. */
public final class SharedFile implements AutoCloseable {
  private final SparseFileSystem fileSystem;
  private final Node.Regular node;

  SharedFile(SparseFileSystem fileSystem, Node.Regular node) {
    this.fileSystem = fileSystem;
    this.node = node;
  }

  Node.Regular node() {
    return node;
  }

  /** Takes it away, and what the page cache holds of it. Its directories must be closed. */
  @Override
  public void close() {
    fileSystem.nodes().removeShared(node);
    fileSystem.forgetPages(node.id());
  }
}
