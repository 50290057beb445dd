package thaw.configuration;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few threads, and a queue in front of them whose places are taken before work is begun. */
final class BackgroundWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundWork.class);
  private static final long STOP_SECONDS = 30;

  private final String name;
  private final ThreadPoolExecutor threads;
  private final Semaphore places;

  BackgroundWork(String name, int atOnce, int queueLength) {
    this.name = name;
    this.threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // bounded by the places
            Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    this.places = new Semaphore(queueLength);
  }

  /** Takes a place in the queue; false if it is full. */
  boolean tryReserve() {
    return places.tryAcquire();
  }

  /** Gives a reserved place back. */
  void release() {
    places.release();
  }

  /** Does work in a place that was reserved. It must not throw. */
  void submit(Runnable work) {
    threads.execute(() -> {
      try {
        work.run();
      } finally {
        places.release();
      }
    });
  }

  /** Does what an earlier process left behind: as much as there is, without taking places. */
  void resume(Runnable work) {
    threads.execute(work);
  }

  /** Waits for what is under way, not for what is queued: the next start takes that up. */
  @Override
  public void close() {
    threads.getQueue().clear();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("The work {} was still under way after {} s", name, STOP_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
