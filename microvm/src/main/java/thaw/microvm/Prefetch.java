package thaw.microvm;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.snapshots.PageAccessLog;
import thaw.sparsefs.SandboxDirectory;

/**
 * Brings the pages of a log nearer. Those of memory are pushed into the page cache, in order, in
 * small messages over a device of its own, so that a fault that comes meanwhile does not wait for
 * it. Those of disks are only asked of where they are kept: the page cache holds nothing of a disk,
 * and a guest reads many of its pages at once.
 */
final class Prefetch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);

  /** Pages in one message. */
  private static final int RUN_PAGES_MAX = 32;

  private final SandboxDirectory directory;
  private final Map<Integer, String> files;
  private final Supplier<PageAccessLog> log;
  private final Thread thread;
  private volatile boolean closed;
  private final AtomicInteger pushed = new AtomicInteger();

  private Prefetch(
      SandboxDirectory directory, Map<Integer, String> files, Supplier<PageAccessLog> log) {
    this.directory = directory;
    this.files = files;
    this.log = log;
    thread = Thread.ofPlatform().name("prefetch").daemon().unstarted(this::run);
  }

  /**
   * Starts.
   *
   * @param files names of the read-only files by their numbers in the log; if memory is among them
   *     the kernel must know it already: QEMU has it open. What the log has of others is left out
   */
  static Prefetch start(
      SandboxDirectory directory, Map<Integer, String> files, Supplier<PageAccessLog> log) {
    Prefetch prefetch = new Prefetch(directory, Map.copyOf(files), log);
    prefetch.thread.start();
    return prefetch;
  }

  private void run() {
    try {
      List<Integer> wanted = log.get().pages();
      files.forEach((file, name) -> directory.fetchAhead(name, pagesOf(file, wanted)));
      String memory = files.get(PageAccessLog.MEMORY);
      if (memory != null) {
        push(memory, pagesOf(PageAccessLog.MEMORY, wanted).toArray());
      }
    } catch (IOException | RuntimeException e) {
      // Pages that were not pushed are read when they are touched.
      LOG.warn("prefetch ended early", e);
    }
  }

  private void push(String file, int[] wanted) throws IOException {
    int next = 0;
    while (next < wanted.length && !closed) {
      int count = 1;
      while (count < RUN_PAGES_MAX
          && next + count < wanted.length
          && wanted[next + count] == wanted[next] + count) {
        count++;
      }
      directory.prefetch(file, wanted[next], count);
      pushed.addAndGet(count);
      next += count;
    }
  }

  private static IntStream pagesOf(int file, List<Integer> wanted) {
    return wanted.stream()
        .filter(entry -> PageAccessLog.file(entry) == file)
        .mapToInt(PageAccessLog::page);
  }

  /** How many pages were pushed so far. */
  int pushed() {
    return pushed.get();
  }

  /** Returns when it reads nothing any more. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
