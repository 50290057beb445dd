package thaw.worker;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.sandbox.SandboxException;

/**
 * The worker's one scheduler thread: pauses idle sandboxes, ends them after their keep-alive, and
 * ends one a second, and all guests that stand by, while the host is short of memory. A lease and a
 * release only compare two numbers; a sweep is scheduled when none is near enough.
 */
final class Caretaker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);

  /** How soon a sandbox that had to stay awake is tried again. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long MEMORY_CHECK_MILLIS = 1000;

  private final SandboxPool pool;
  private final StandbyPool standbys;
  private final HostMemory memory;
  private final Counters counters;
  private final long pauseAfterNanos;
  private final AtomicLong nextSweepNanos = new AtomicLong(Long.MAX_VALUE);
  private final ScheduledExecutorService thread;

  Caretaker(
      SandboxPool pool,
      StandbyPool standbys,
      PoolLimits limits,
      HostMemory memory,
      Counters counters) {
    this.pool = pool;
    this.standbys = standbys;
    this.memory = memory;
    this.counters = counters;
    this.pauseAfterNanos = limits.pauseAfter().toNanos();
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("worker-caretaker").daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    thread = executor;
  }

  void start() {
    pool.whenIdle(() -> wakeIn(pauseAfterNanos));
    var _ =
        thread.scheduleWithFixedDelay(
            this::relieve, MEMORY_CHECK_MILLIS, MEMORY_CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void wakeIn(long delayNanos) {
    long due = System.nanoTime() + delayNanos;
    long next = nextSweepNanos.get();
    if (next != Long.MAX_VALUE && next - due <= 0) {
      return;
    }
    if (nextSweepNanos.compareAndSet(next, due)) {
      try {
        var _ = thread.schedule(() -> sweep(due), delayNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        LOG.trace("closed: nobody needs a sweep any more");
      }
    }
  }

  private void sweep(long due) {
    nextSweepNanos.compareAndSet(due, Long.MAX_VALUE);
    IdleSweep sweep = pool.sweep(System.nanoTime());
    for (PooledSandbox sandbox : sweep.toPause()) {
      // Stopping takes a round trip to the hypervisor; a hung one must not hold up the others.
      Thread.ofVirtual().name("sandbox-pause").start(() -> pause(sandbox));
    }
    if (sweep.nextNanos() != Long.MAX_VALUE) {
      wakeIn(sweep.nextNanos());
    }
  }

  private void pause(PooledSandbox sandbox) {
    try {
      if (sandbox.pauseIfIdle()) {
        counters.pauses.increment();
      } else if (sandbox.lifecycle.state() == SandboxState.IDLE) {
        pool.askPauseAgain(sandbox);
        wakeIn(RETRY_NANOS);
      }
    } catch (SandboxException | RuntimeException e) {
      LOG.warn("sandbox of {} could not be paused: {}", sandbox.function.name(), e.toString());
      pool.end(sandbox);
    }
  }

  private void relieve() {
    memory.refresh();
    if (memory.isShort()) {
      standbys.relieve();
      pool.evictOldest();
    }
  }
}
