package thaw.microvm;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.snapshots.PageAccessLog;
import thaw.sparsefs.SandboxDirectory;

/** Pushes the pages of a log into the page cache, in order, while QEMU starts. */
final class Prefetch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Prefetch.class);

  /** Pages in one message, so that a fault that comes meanwhile does not wait for long. */
  private static final int RUN_PAGES_MAX = 32;

  private final SandboxDirectory directory;
  private final String file;
  private final List<Integer> pages;
  private final Thread thread;
  private volatile boolean closed;

  private Prefetch(SandboxDirectory directory, String file, PageAccessLog wanted) {
    this.directory = directory;
    this.file = file;
    pages = wanted.pages();
    thread = Thread.ofPlatform().name("prefetch").daemon().unstarted(this::run);
  }

  /** Starts. The kernel must know the file already: somebody has it open. */
  static Prefetch start(SandboxDirectory directory, String file, PageAccessLog wanted) {
    Prefetch prefetch = new Prefetch(directory, file, wanted);
    prefetch.thread.start();
    return prefetch;
  }

  private void run() {
    try {
      int next = 0;
      while (next < pages.size() && !closed) {
        int first = pages.get(next);
        int count = 1;
        while (count < RUN_PAGES_MAX
            && next + count < pages.size()
            && pages.get(next + count) == first + count) {
          count++;
        }
        directory.prefetch(file, first, count);
        next += count;
      }
    } catch (IOException | RuntimeException e) {
      // Pages that were not pushed are read when they are touched.
      log.warn("prefetch ended early", e);
    }
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
