package thaw.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes log lines behind the invocations' backs: appending never blocks and never waits for the
 * disk. Lines wait in one queue, {@code logs.queue}, bounded by its bytes; what does not fit is
 * dropped and counted. One thread writes them in batches. Lines are handed to the kernel but not
 * fsynced: they survive a crash of Thaw, the last ones may not survive a power cut.
 */
public final class LogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  /** How long a batch is gathered: a wake-up per line would cost the invocations' cores more. */
  private static final long LINGER_NANOS = 5_000_000;

  private static final Duration HOUSEKEEPING = Duration.ofHours(1);
  private static final int OPEN_GROUPS = 256;

  /** Rough memory of an event besides its message. */
  private static final int EVENT_BYTES = 200;

  private sealed interface Entry {
    record Line(LogGroup group, LogEvent event, long bytes) implements Entry {}

    record Flush(CompletableFuture<Void> done) implements Entry {}
  }

  private final Path root;
  private final LogSettings settings;
  private final Clock clock;
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Map<LogGroup, SegmentAppender> appenders = new LinkedHashMap<>(16, 0.75f, true);
  private final Thread thread;
  private volatile boolean parked;
  private volatile boolean hurry;
  private volatile boolean closing;

  /**
   * @param root directory of all logs; made if it is not there
   */
  public LogWriter(Path root, LogSettings settings) {
    this(root, settings, Clock.systemUTC());
  }

  LogWriter(Path root, LogSettings settings, Clock clock) {
    this.root = root;
    this.settings = settings;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("log-writer").daemon().start(this::run);
  }

  /**
   * Queues one line.
   *
   * @return false if it was dropped because the queue is full or the writer is closed
   */
  public boolean append(LogGroup group, LogEvent event) {
    long bytes = EVENT_BYTES + 2L * event.message().length();
    if (closing || queuedBytes.addAndGet(bytes) > settings.queueSize().bytes()) {
      if (!closing) {
        queuedBytes.addAndGet(-bytes);
      }
      dropped.increment();
      return false;
    }
    queue.add(new Entry.Line(group, event, bytes));
    if (parked) {
      LockSupport.unpark(thread);
    }
    return true;
  }

  /** Returns when all that was queued before is in the files (or was refused by the disk). */
  public void flush() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    queue.add(new Entry.Flush(done));
    hurry = true;
    LockSupport.unpark(thread);
    if (!thread.isAlive()) {
      return;
    }
    done.join();
  }

  public LogWriterStatus status() {
    return new LogWriterStatus(
        queuedBytes.get(), settings.queueSize().bytes(), written.sum(), dropped.sum());
  }

  /** Writes what is queued and ends. */
  @Override
  public void close() {
    closing = true;
    hurry = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Instant housekeeping = clock.instant();
    while (!closing || !queue.isEmpty()) {
      if (!clock.instant().isBefore(housekeeping)) {
        Housekeeping.prune(root, settings, clock.instant());
        appenders.values().forEach(SegmentAppender::release);
        housekeeping = clock.instant().plus(HOUSEKEEPING);
      }
      drain();
      await(Duration.between(clock.instant(), housekeeping));
    }
    appenders.values().forEach(SegmentAppender::release);
  }

  /** Waits for a line, then a moment more for its neighbours. */
  private void await(Duration longest) {
    parked = true;
    if (queue.isEmpty() && !closing) {
      LockSupport.parkNanos(this, Math.max(1, longest.toNanos()));
    }
    parked = false;
    if (!hurry && !queue.isEmpty()) {
      LockSupport.parkNanos(this, LINGER_NANOS);
    }
    hurry = false;
  }

  private void drain() {
    Map<LogGroup, List<Entry.Line>> batches = new HashMap<>();
    List<CompletableFuture<Void>> flushed = new ArrayList<>();
    Entry entry = queue.poll();
    while (entry != null) {
      switch (entry) {
        case Entry.Line line ->
            batches.computeIfAbsent(line.group(), group -> new ArrayList<>()).add(line);
        case Entry.Flush flush -> flushed.add(flush.done());
      }
      entry = queue.poll();
    }
    batches.forEach(this::write);
    flushed.forEach(done -> done.complete(null));
  }

  private void write(LogGroup group, List<Entry.Line> lines) {
    try {
      SegmentAppender appender = appender(group);
      ByteArrayOutputStream batch = new ByteArrayOutputStream();
      for (Entry.Line line : lines) {
        batch.writeBytes(LogLine.encode(line.event()));
        batch.write('\n');
        if (batch.size() >= settings.segmentSize().bytes() / 4) {
          appender.append(ByteBuffer.wrap(batch.toByteArray()), clock.instant());
          batch.reset();
        }
      }
      appender.append(ByteBuffer.wrap(batch.toByteArray()), clock.instant());
      written.add(lines.size());
    } catch (IOException | RuntimeException e) { // whatever one group's lines do, the others' go on
      dropped.add(lines.size());
      LOG.warn("dropped {} log lines of {}: {}", lines.size(), group.name(), e.toString());
    } finally {
      queuedBytes.addAndGet(-lines.stream().mapToLong(Entry.Line::bytes).sum());
    }
  }

  private SegmentAppender appender(LogGroup group) {
    SegmentAppender appender =
        appenders.computeIfAbsent(group, g -> new SegmentAppender(g.directory(root), settings));
    if (appenders.size() > OPEN_GROUPS) {
      Map.Entry<LogGroup, SegmentAppender> eldest = appenders.entrySet().iterator().next();
      eldest.getValue().release();
      appenders.remove(eldest.getKey());
    }
    return appender;
  }
}
