package thaw.guest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one build at a time into a cache directory, of all processes; the kernel frees it. */
final class BuildLock {
  /** File locks are a process's: threads of this one wait for each other here. */
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private BuildLock() {}

  /** What is done under the lock. */
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Does {@code work} while nobody else holds the lock on {@code file}, waiting as long as needed.
   */
  static <T> T holding(Path file, BuildProgress progress, Work<T> work) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    IN_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        progress.stepBegun("Waiting for another build", 1, BuildProgress.Unit.ITEMS);
        lock = channel.lock();
      }
      T result = work.run();
      lock.release();
      return result;
    } finally {
      IN_PROCESS.unlock();
    }
  }
}
