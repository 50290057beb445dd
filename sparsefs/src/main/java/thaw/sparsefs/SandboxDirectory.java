package thaw.sparsefs;

import static thaw.sparsefs.PageSource.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** One sandbox's directory: what its jail sees of the sparse file system. */
public final class SandboxDirectory implements AutoCloseable {
  private final SparseFileSystem fileSystem;
  private final Node.Directory directory;
  private final String name;
  private final Map<String, Node.Regular> files = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> serverEnded = new CompletableFuture<>();

  SandboxDirectory(SparseFileSystem fileSystem, String name, Node.Directory directory) {
    this.fileSystem = fileSystem;
    this.name = name;
    this.directory = directory;
  }

  /** Completes when the server has ended: whoever reads from here is to be ended, too. */
  public CompletableFuture<Void> serverEnded() {
    return serverEnded.copy();
  }

  void endWithServer() {
    serverEnded.complete(null);
  }

  /** Where it is mounted. */
  public Path path() {
    return fileSystem.mountPoint().resolve(name);
  }

  /** Adds a file; it can be opened at once. */
  public Path add(SparseFile file) {
    files.put(file.name(), fileSystem.nodes().addFile(directory, file));
    return path().resolve(file.name());
  }

  /** Adds a file that other directories have, too: one inode, and so one page cache. */
  public Path add(SharedFile file) {
    fileSystem.nodes().link(directory, file.node());
    files.put(file.node().file().name(), file.node());
    return path().resolve(file.node().file().name());
  }

  /**
   * Puts pages of a read-only file that is not direct into the page cache, so that touching them
   * costs no request. Only while somebody has it open does the kernel keep them. Runs of pages that
   * follow each other are sent together.
   *
   * @param firstPage number of the first page
   * @param pages how many, at most 256
   */
  public void prefetch(String fileName, long firstPage, int pages) throws IOException {
    Node.Regular node = files.get(fileName);
    if (node == null
        || node.file().writable()
        || node.file().direct()
        || pages > Reply.MAX_PAGES
        || (firstPage + pages) * PAGE_BYTES > node.sizeBytes()) {
      throw new IllegalArgumentException("cannot prefetch " + pages + " pages of " + fileName);
    }
    Reply message = fileSystem.startStore(node.id(), firstPage * PAGE_BYTES, pages * PAGE_BYTES);
    for (long page = firstPage; page < firstPage + pages; page++) {
      Optional<MemorySegment> content = node.file().page(page);
      message.add(content.orElse(PageSource.ZERO_PAGE));
    }
    fileSystem.sendStore(message);
  }

  /** Begins to bring pages of a file nearer that will be asked for soon, and does not wait. */
  public void fetchAhead(String fileName, IntStream pages) {
    Node.Regular node = files.get(fileName);
    if (node == null) {
      throw new IllegalArgumentException("there is no file " + fileName);
    }
    node.file().source().fetchAhead(pages);
  }

  /** Takes the directory away, and with it what the page cache holds of its files. */
  @Override
  public void close() {
    fileSystem.remove(this);
    for (Map.Entry<String, Node.Regular> file : files.entrySet()) {
      fileSystem.nodes().remove(directory, file.getKey());
      fileSystem.forgetName(directory.id(), file.getKey());
      if (!file.getValue().shared()) {
        fileSystem.forgetPages(file.getValue().id());
      }
    }
    fileSystem.nodes().remove(fileSystem.nodes().root(), name);
    fileSystem.forgetName(FuseProtocol.ROOT_NODE, name);
    fileSystem.forgetPages(directory.id());
  }
}
