package thaw.worker;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import thaw.model.Invocation;

/**
 * The end of one invocation's log. It is written before the sandbox is given back, and its tail is
 * taken with it: once the sandbox is free, its log is the next invocation's.
 */
final class LogEnd {
  static final byte[] NO_TAIL = new byte[0];

  private final SandboxLog log;
  private final Invocation invocation;
  private final Supplier<String> report;
  private final ReentrantLock lock = new ReentrantLock();
  private byte @Nullable [] tail;

  /**
   * @param report makes the REPORT line
   */
  LogEnd(SandboxLog log, Invocation invocation, Supplier<String> report) {
    this.log = log;
    this.invocation = invocation;
    this.report = report;
  }

  /**
   * Writes it, the first time.
   *
   * @return the invocation's tail if it wants one, the same each time
   */
  byte[] write() {
    lock.lock();
    try {
      if (tail == null) {
        log.end(invocation.requestId(), report);
        tail = invocation.tail() ? log.tail() : NO_TAIL;
      }
      return tail;
    } finally {
      lock.unlock();
    }
  }
}
