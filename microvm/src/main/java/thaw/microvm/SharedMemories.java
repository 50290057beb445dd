package thaw.microvm;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import thaw.snapshots.SnapshotLayer;
import thaw.sparsefs.FirstTouch;
import thaw.sparsefs.SharedFile;
import thaw.sparsefs.SparseFile;
import thaw.sparsefs.SparseFileSystem;

/** The memory of layers whose clones share what none of them writes: one file for each layer. */
final class SharedMemories {
  private static final int ROOT = 0;

  /** A server that ends takes its files with it, so the next one has its own. */
  private record Key(SparseFileSystem server, SnapshotLayer layer) {}

  private static final class Shared {
    final SharedFile file;
    final AtomicBoolean pushed = new AtomicBoolean();
    int users;

    Shared(SharedFile file) {
      this.file = file;
    }
  }

  /** A layer's memory in use. */
  record Lease(SharedFile file, AtomicBoolean pushed, Runnable giveBack) implements AutoCloseable {
    /** Whether its pages are to be pushed: by the first that resumes. */
    boolean takePush() {
      return pushed.compareAndSet(false, true);
    }

    @Override
    public void close() {
      giveBack.run();
    }
  }

  private final Map<Key, Shared> memories = new HashMap<>();

  /**
   * The file of a layer's memory.
   *
   * @param layer stays open until the lease is closed
   */
  synchronized Lease take(SparseFileSystem server, SnapshotLayer layer, long bytes) {
    Key key = new Key(server, layer);
    Shared shared =
        memories.computeIfAbsent(
            key,
            k ->
                new Shared(
                    server.share(
                        new SparseFile(
                            SandboxFiles.MEMORY, ROOT, bytes, layer.memory(), FirstTouch.NONE))));
    shared.users++;
    return new Lease(shared.file, shared.pushed, () -> giveBack(key));
  }

  private synchronized void giveBack(Key key) {
    Shared shared = memories.get(key);
    if (shared != null && --shared.users == 0) {
      memories.remove(key);
      shared.file.close();
    }
  }
}
