package thaw.frontend;

import io.helidon.webserver.CloseConnectionException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds how long a connection's thread waits for its client in the middle of a request: for the
 * rest of a head, for a body, for an answer to be taken. Helidon cuts connections that are silent
 * between requests, and leaves these to us.
 *
 * <p>A thread that overstays is interrupted, which closes the channel it reads or writes. Whether a
 * wait was ended by its thread or cut by the sweep is decided by who first marks it ended, so that
 * an interrupt never hits what the thread does next.
 */
final class Patience implements AutoCloseable {
  private static final long LONGEST_SWEEP_MILLIS = 5_000;

  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private final Duration silence;
  private final Duration whole;
  private final Thread sweeper;

  /**
   * @param silence longest time without a byte
   * @param whole longest time for all of a body or an answer
   */
  Patience(Duration silence, Duration whole) {
    this.silence = silence;
    this.whole = whole;
    this.sweeper = Thread.ofVirtual().name("frontend-patience").start(this::sweep);
  }

  /** One wait of one thread, for its client. */
  final class Wait implements AutoCloseable {
    /** Weak, since a thread that ends in the middle of its wait takes its connection along. */
    private final WeakReference<Thread> thread = new WeakReference<>(Thread.currentThread());

    private final long startNanos = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile long progressNanos = startNanos;

    /** Something came or went. */
    void progress() {
      progressNanos = System.nanoTime();
    }

    /** Whether nobody waits any more; who has waited too long is interrupted. */
    private boolean isOver(long nowNanos) {
      Thread waiting = thread.get();
      if (waiting == null || !waiting.isAlive()) {
        return true;
      }
      boolean over =
          nowNanos - progressNanos > silence.toNanos() || nowNanos - startNanos > whole.toNanos();
      if (!over || !ended.compareAndSet(false, true)) {
        return false;
      }
      waiting.interrupt();
      return true;
    }

    /**
     * Ends the wait.
     *
     * @throws CloseConnectionException if it was too long
     */
    @Override
    public void close() {
      waits.remove(this);
      if (!ended.compareAndSet(false, true)) {
        throw new CloseConnectionException("The client took too long");
      }
    }
  }

  /** Starts a wait of the calling thread. */
  Wait begin() {
    var wait = new Wait();
    waits.add(wait);
    return wait;
  }

  private void sweep() {
    long everyMillis =
        Math.clamp(Math.min(silence.toMillis(), whole.toMillis()) / 4, 10, LONGEST_SWEEP_MILLIS);
    try {
      while (true) {
        Thread.sleep(everyMillis);
        long nowNanos = System.nanoTime();
        waits.removeIf(wait -> wait.isOver(nowNanos));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  @Override
  public void close() {
    sweeper.interrupt();
  }
}
