package thaw.worker;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import thaw.model.FunctionVersion;
import thaw.sandbox.SandboxException;

/**
 * One sandbox as the pool sees it. {@link #idleSinceNanos} and {@link #pauseAsked} belong to the
 * pool's lock; whether its CPU is stopped belongs to a lock of its own, so that stopping one never
 * holds up the others.
 */
final class PooledSandbox {
  final FunctionVersion function;
  final SandboxKey key;

  /** What it counts for in the memory budget. */
  final long costBytes;

  final SandboxLifecycle lifecycle = new SandboxLifecycle();
  final long createdNanos = System.nanoTime();
  final AtomicLong invocations = new AtomicLong();

  long idleSinceNanos;
  boolean pauseAsked;

  private final AtomicInteger awake = new AtomicInteger();
  private final ReentrantLock pausing = new ReentrantLock();
  private volatile boolean paused;
  private volatile @Nullable Guest guest;

  PooledSandbox(FunctionVersion function, long costBytes) {
    this.function = function;
    this.key = SandboxKey.of(function);
    this.costBytes = costBytes;
  }

  /** Its guest is there: INIT is about to end. */
  void started(Guest started) {
    guest = started;
  }

  Optional<Guest> guest() {
    return Optional.ofNullable(guest);
  }

  /** The guest of a sandbox that was leased, and so has one. */
  Guest requireGuest() {
    Guest there = guest;
    if (there == null) {
      throw new IllegalStateException("a sandbox in " + lifecycle.state() + " has no guest yet");
    }
    return there;
  }

  boolean paused() {
    return paused;
  }

  /** Keeps it from being paused although it is idle: someone still talks to its agent. */
  void stayAwake() {
    awake.incrementAndGet();
  }

  /** Ends {@link #stayAwake}. */
  void maySleep() {
    awake.decrementAndGet();
  }

  /**
   * Stops its CPU unless it was leased meanwhile.
   *
   * @return false if it stays awake for now
   */
  boolean pauseIfIdle() throws SandboxException {
    pausing.lock();
    try {
      // A lease sets BUSY first and wakes it then: either this sees BUSY, or the lease sees paused.
      if (lifecycle.state() == SandboxState.IDLE && awake.get() == 0 && !paused) {
        requireGuest().pause();
        paused = true;
      }
      return paused;
    } finally {
      pausing.unlock();
    }
  }

  /** Lets its CPU run; called by who has leased it. */
  void wake() throws SandboxException {
    pausing.lock();
    try {
      if (paused) {
        requireGuest().resume();
        paused = false;
      }
    } finally {
      pausing.unlock();
    }
  }
}
