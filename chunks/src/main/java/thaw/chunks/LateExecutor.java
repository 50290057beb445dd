package thaw.chunks;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Does things a while later, one after the other: what nobody waits for is not to take the
 * processor from what is waited for. When too many wait, whoever brings one does it.
 */
final class LateExecutor implements Executor, AutoCloseable {
  private static final long END_SECONDS = 10;

  private final ScheduledThreadPoolExecutor thread;
  private final Semaphore room;
  private final Duration delay;

  /**
   * An executor.
   *
   * @param room how many may wait
   */
  LateExecutor(String name, Duration delay, int room) {
    this.delay = delay;
    this.room = new Semaphore(room);
    thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(name).daemon().factory());
  }

  @Override
  public void execute(Runnable task) {
    if (!room.tryAcquire()) {
      task.run();
      return;
    }
    try {
      ScheduledFuture<?> _ =
          thread.schedule(() -> runLate(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) { // it was closed, perhaps just now
      runLate(task);
    }
  }

  private void runLate(Runnable task) {
    try {
      task.run();
    } finally {
      room.release();
    }
  }

  /** Ends when what waits is done. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(delay.toSeconds() + END_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
