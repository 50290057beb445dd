package thaw.worker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends guests on threads of their own, since it takes a while. */
final class Disposals {
  private static final Logger LOG = LoggerFactory.getLogger(Disposals.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private int running;
  private long changes;

  /**
   * Ends a guest.
   *
   * @param afterwards run when it is gone
   * @return completes when it is gone; never exceptionally
   */
  CompletableFuture<Void> add(Guest guest, Runnable afterwards) {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    count(1);
    Thread.ofVirtual()
        .name("sandbox-end")
        .start(() -> {
          try {
            guest.close();
          } catch (RuntimeException e) {
            LOG.error("sandbox {} could not be ended cleanly", guest.id(), e);
          } finally {
            afterwards.run();
            gone.complete(null);
            count(-1);
          }
        });
    return gone;
  }

  /** A sandbox is gone in another way. */
  void changed() {
    count(0);
  }

  /** Waits until nothing is being ended and {@code empty} holds. */
  void await(BooleanSupplier empty) throws InterruptedException {
    while (true) {
      long seen = changes();
      // Asked outside of this lock: the pool calls in here while it holds its own.
      boolean allGone = empty.getAsBoolean();
      lock.lock();
      try {
        if (allGone && running == 0) {
          return;
        }
        while (changes == seen) {
          change.await();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  private void count(int more) {
    lock.lock();
    try {
      running += more;
      changes++;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
