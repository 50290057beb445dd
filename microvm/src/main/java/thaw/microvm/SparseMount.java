package thaw.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import thaw.sparsefs.SparseFileSystem;

/** A driver's sparse file system, mounted when a sandbox first needs it. */
final class SparseMount implements AutoCloseable {
  /** Requests answered at once; each thread has 136 KiB of buffers. */
  private static final int SERVER_THREADS =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16);

  private final Path mountPoint;
  private @Nullable SparseFileSystem fileSystem;

  SparseMount(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  synchronized SparseFileSystem get() throws IOException {
    if (fileSystem != null && fileSystem.ended().isDone()) {
      fileSystem.close();
      SparseFileSystem.unmountLeftOver(mountPoint);
      fileSystem = null;
    }
    if (fileSystem == null) {
      fileSystem = SparseFileSystem.mount(Files.createDirectories(mountPoint), SERVER_THREADS);
    }
    return fileSystem;
  }

  @Override
  public synchronized void close() {
    if (fileSystem != null) {
      fileSystem.close();
    }
  }
}
