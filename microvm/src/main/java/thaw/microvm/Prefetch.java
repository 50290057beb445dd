package thaw.microvm;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.snapshots.PageAccessLog;
import thaw.sparsefs.SandboxDirectory;

/**
 * Brings the pages of a log nearer. Those of memory and of the runtime's disk are pushed into the
 * page cache, in order, in small messages over a device of its own, so that a fault that comes
 * meanwhile does not wait for it. Those of disks that are read directly are only asked of where
 * they are kept.
 */
final class Prefetch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);

  /** Pages in one message. */
  private static final int RUN_PAGES_MAX = 32;

  private final SandboxDirectory directory;
  private final Map<Integer, String> files;
  private final Set<Integer> direct;
  private final Supplier<PageAccessLog> log;
  private final Thread thread;
  private volatile boolean closed;
  private final AtomicInteger pushed = new AtomicInteger();

  private Prefetch(
      SandboxDirectory directory,
      Map<Integer, String> files,
      Set<Integer> direct,
      Supplier<PageAccessLog> log) {
    this.directory = directory;
    this.files = files;
    this.direct = direct;
    this.log = log;
    thread = Thread.ofPlatform().name("prefetch").daemon().unstarted(this::run);
  }

  /**
   * Starts.
   *
   * @param files names of the read-only files by their numbers in the log; those that are not read
   *     directly the kernel must know already: QEMU has them open. What the log has of others is
   *     left out
   * @param direct those of them that are read directly
   */
  static Prefetch start(
      SandboxDirectory directory,
      Map<Integer, String> files,
      Set<Integer> direct,
      Supplier<PageAccessLog> log) {
    Prefetch prefetch = new Prefetch(directory, Map.copyOf(files), direct, log);
    prefetch.thread.start();
    return prefetch;
  }

  private void run() {
    try {
      List<Integer> wanted = log.get().pages();
      files.forEach((file, name) -> directory.fetchAhead(name, pagesOf(file, wanted)));
      push(wanted);
    } catch (IOException | RuntimeException e) {
      // Pages that were not pushed are read when they are touched.
      LOG.warn("prefetch ended early", e);
    }
  }

  private void push(List<Integer> wanted) throws IOException {
    int next = 0;
    while (next < wanted.size() && !closed) {
      int first = wanted.get(next);
      int count = 1;
      while (count < RUN_PAGES_MAX
          && next + count < wanted.size()
          && wanted.get(next + count) == first + count) {
        count++;
      }
      int file = PageAccessLog.file(first);
      String name = files.get(file);
      if (name != null && !direct.contains(file)) {
        directory.prefetch(name, PageAccessLog.page(first), count);
        pushed.addAndGet(file == PageAccessLog.MEMORY ? count : 0);
      }
      next += count;
    }
  }

  private static IntStream pagesOf(int file, List<Integer> wanted) {
    return wanted.stream()
        .filter(entry -> PageAccessLog.file(entry) == file)
        .mapToInt(PageAccessLog::page);
  }

  /** How many pages of memory were pushed so far. */
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
