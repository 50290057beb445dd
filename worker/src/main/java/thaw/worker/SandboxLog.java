package thaw.worker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import thaw.logs.LogEvent;
import thaw.logs.LogGroup;
import thaw.logs.LogWriter;
import thaw.model.FunctionVersion;

/**
 * One sandbox's log stream: what its runtime prints and what the platform says about it, in order.
 * While the end of an invocation's log is still being made ({@link #hold}), later lines wait, so
 * that they come after it.
 */
final class SandboxLog {
  private static final int MAX_HELD = 4096;

  private final LogWriter writer;
  private final LogGroup group;
  private final FunctionVersion function;
  private final String stream;
  private final OutputLimit limit;
  private final Counters counters;
  private final ReentrantLock lock = new ReentrantLock();
  private final TailRing tail = new TailRing();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private boolean begun;
  private @Nullable String requestId;

  SandboxLog(
      LogWriter writer,
      FunctionVersion function,
      String stream,
      WorkerSettings settings,
      Counters counters) {
    this.writer = writer;
    this.group = new LogGroup(function.accountId(), function.region(), function.logGroup());
    this.function = function;
    this.stream = stream;
    this.limit =
        new OutputLimit(
            settings.outputRate().bytes(), settings.outputBurst().bytes(), System.nanoTime());
    this.counters = counters;
  }

  /** The START line. The first invocation's tail also holds what INIT printed. */
  void begin(String id) {
    lock.lock();
    try {
      if (begun) {
        queue(tail::clear);
      }
      begun = true;
      requestId = id;
      say("START RequestId: " + id + " Version: " + function.version());
    } finally {
      lock.unlock();
    }
  }

  /** A line of the platform's. */
  void platform(String line) {
    lock.lock();
    try {
      say(line);
    } finally {
      lock.unlock();
    }
  }

  /** A line that the runtime has printed. */
  void output(String line) {
    lock.lock();
    try {
      int bytes = line.length() + 1;
      if (!limit.pass(bytes, System.nanoTime())) {
        counters.outputDropped.increment();
        return;
      }
      sayWhatWasDropped();
      say(line);
    } finally {
      lock.unlock();
    }
  }

  /** The invocation is over: its last lines follow in {@link #end}, and what comes now waits. */
  void hold() {
    lock.lock();
    try {
      holding = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The END and REPORT lines of an invocation.
   *
   * @param report made when it is written: what it tells may still be on its way
   */
  void end(String id, Supplier<String> report) {
    lock.lock();
    try {
      sayWhatWasDropped();
      long now = System.currentTimeMillis();
      String end = "END RequestId: " + id;
      queue(() -> write(event(now, id, end)));
      queue(() -> write(event(now, id, report.get())));
      if (id.equals(requestId)) {
        requestId = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #hold} held back may be written. */
  void flow() {
    lock.lock();
    try {
      holding = false;
      @Nullable Runnable next = held.poll();
      while (next != null) {
        next.run();
        next = held.poll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The last 4 KiB since {@link #begin}, with what was held back. */
  byte[] tail() {
    lock.lock();
    try {
      flow();
      return tail.bytes();
    } finally {
      lock.unlock();
    }
  }

  private void sayWhatWasDropped() {
    if (limit.hasDropped()) {
      say(limit.report());
    }
  }

  private void say(String line) {
    LogEvent event = event(System.currentTimeMillis(), requestId, line);
    queue(() -> write(event));
  }

  /** More than may wait ends the waiting: no line is lost for the order's sake. */
  private void queue(Runnable step) {
    if (holding && held.size() >= MAX_HELD) {
      flow();
    }
    if (holding) {
      held.add(step);
    } else {
      step.run();
    }
  }

  private void write(LogEvent event) {
    tail.add(event.message());
    writer.append(group, event);
  }

  private LogEvent event(long timeMillis, @Nullable String id, String line) {
    return new LogEvent(
        timeMillis, function.name(), stream, Optional.ofNullable(id), bounded(line));
  }

  private static String bounded(String line) {
    if (line.length() <= LogEvent.MESSAGE_BYTES / 4) {
      return line; // no character takes more than four bytes
    }
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= LogEvent.MESSAGE_BYTES
        ? line
        : new String(bytes, 0, LogEvent.MESSAGE_BYTES, StandardCharsets.UTF_8);
  }
}
