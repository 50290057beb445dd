package thaw.worker;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;
import thaw.sandbox.SandboxException;

/**
 * Who holds which sandbox.
 *
 * <p>One lock guards every list and every number; nothing slow happens under it. Starting, pausing
 * and ending sandboxes is done by virtual threads outside of it. The invariants:
 *
 * <ul>
 *   <li>a version has waiters only while none of its sandboxes is idle, and each of them has a
 *       start on its way or a busy sandbox of the version that will be handed over first;
 *   <li>what an evicted sandbox counted for belongs at once to the start it was evicted for, which
 *       waits for its end.
 * </ul>
 */
final class SandboxPool {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxPool.class);

  private final PoolLimits limits;
  private final GuestStarter starter;
  private final Counters counters;
  private final ReentrantLock lock = new ReentrantLock();
  private final Disposals disposals = new Disposals();
  private final Capacity capacity;
  private final Inventory inventory;
  private final StartQueue starts;
  private final Admission admission;
  private volatile Runnable onIdle = () -> {};
  private boolean closed;

  SandboxPool(
      PoolLimits limits, GuestStarter starter, Counters counters, BooleanSupplier shortOfMemory) {
    this.limits = limits;
    this.starter = starter;
    this.counters = counters;
    this.capacity = new Capacity(limits.maxSandboxes(), limits.budgetBytes());
    this.inventory = new Inventory(capacity);
    this.starts = new StartQueue(limits.startQueue(), limits.startsAtOnce(), this::run);
    this.admission =
        new Admission(limits, capacity, inventory, starts, disposals, counters, shortOfMemory);
  }

  /** Told, under the lock, whenever a sandbox becomes idle. */
  void whenIdle(Runnable listener) {
    onIdle = listener;
  }

  /**
   * Leases an idle sandbox, or waits for one that becomes idle or is started.
   *
   * @throws LambdaException if there is no room, or the wait was too long, or the start failed
   */
  Lease acquire(FunctionVersion function) throws InterruptedException {
    Waiter waiter = new Waiter();
    VersionPool version;
    lock.lock();
    try {
      if (closed) {
        throw Refusals.closed();
      }
      version = inventory.version(SandboxKey.of(function));
      PooledSandbox idle = inventory.takeIdle(version);
      if (idle != null) {
        return lease(idle, false);
      }
      if (!admission.requestStart(function, version)) {
        inventory.forgetIfEmpty(version);
        counters.throttles.increment();
        throw Refusals.throttled();
      }
      version.waiters.addLast(waiter);
    } finally {
      lock.unlock();
    }
    return await(waiter, version);
  }

  /** An invocation is over and its sandbox can serve the next one. */
  void released(PooledSandbox sandbox) {
    boolean expired = System.nanoTime() - sandbox.createdNanos > limits.maxLifetime().toNanos();
    lock.lock();
    try {
      boolean alive = sandbox.lifecycle.move(SandboxState.BUSY, SandboxState.IDLE);
      if (alive && !offer(sandbox, false, !expired)) {
        end(sandbox);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a sandbox, whatever it is doing. No effect if it is dead. */
  void end(PooledSandbox sandbox) {
    lock.lock();
    try {
      inventory.kill(sandbox).ifPresent(guest -> dispose(sandbox, guest));
    } finally {
      lock.unlock();
    }
  }

  /** A sandbox has died on its own. */
  void died(PooledSandbox sandbox) {
    if (sandbox.lifecycle.state() != SandboxState.DEAD) {
      counters.deaths.increment();
    }
    end(sandbox);
  }

  /** Ends what is idle, now, and what is busy, after its invocation. */
  void retire(Predicate<SandboxKey> which) {
    lock.lock();
    try {
      for (VersionPool version : inventory.versions()) {
        version.retired |= which.test(version.key);
      }
      inventory.idle(which).forEach(this::end);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the least recently used idle sandbox, if there is one. */
  void evictOldest() {
    lock.lock();
    try {
      if (!inventory.idle().isEmpty()) {
        counters.evictions.increment();
        end(inventory.idle().getFirst());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends idle sandboxes whose time is over and finds those to be paused. */
  IdleSweep sweep(long nowNanos) {
    lock.lock();
    try {
      IdleSweep sweep = IdleSweep.of(inventory.idle(), limits, nowNanos);
      sweep.expired().forEach(this::end);
      return sweep;
    } finally {
      lock.unlock();
    }
  }

  /** A sandbox could not be paused yet: the next sweep tries again. */
  void askPauseAgain(PooledSandbox sandbox) {
    lock.lock();
    try {
      sandbox.pauseAsked = false;
    } finally {
      lock.unlock();
    }
  }

  /** Every sandbox that is not gone yet. */
  List<PooledSandbox> sandboxes() {
    lock.lock();
    try {
      return inventory.all();
    } finally {
      lock.unlock();
    }
  }

  WorkerStatus.PoolStatus status() {
    lock.lock();
    try {
      return new WorkerStatus.PoolStatus(
          capacity.sandboxes(),
          limits.maxSandboxes(),
          capacity.bytes(),
          capacity.budgetBytes(),
          inventory.versions().stream().mapToInt(version -> version.waiters.size()).sum(),
          starts.queued(),
          limits.startQueue(),
          starts.running(),
          limits.startsAtOnce());
    } finally {
      lock.unlock();
    }
  }

  /** Refuses and ends everything; {@link #awaitEmpty} waits for it. */
  void shutDown() {
    lock.lock();
    try {
      closed = true;
      for (VersionPool version : inventory.versions()) {
        version.waiters.forEach(waiter -> waiter.completeExceptionally(Refusals.closed()));
        version.waiters.clear();
        admission.cancelSurplus(version);
      }
      inventory.all().forEach(this::end);
    } finally {
      lock.unlock();
    }
  }

  /** Returns when no sandbox is left. */
  void awaitEmpty() throws InterruptedException {
    disposals.await(() -> sandboxes().isEmpty());
  }

  private Lease await(Waiter waiter, VersionPool version) throws InterruptedException {
    try {
      return waiter.get(limits.startWait().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      @Nullable Throwable cause = e.getCause();
      throw cause instanceof LambdaException refusal ? refusal : Refusals.notStarted(e);
    } catch (TimeoutException e) {
      if (leave(waiter, version)) {
        counters.throttles.increment();
        throw Refusals.throttled();
      }
      return waiter.join();
    } catch (InterruptedException e) {
      if (!leave(waiter, version) && !waiter.isCompletedExceptionally()) {
        waiter.join().release();
      }
      throw e;
    }
  }

  /** Returns false if the waiter was served at the last moment. */
  private boolean leave(Waiter waiter, VersionPool version) {
    lock.lock();
    try {
      boolean left = version.waiters.remove(waiter);
      admission.cancelSurplus(version);
      return left;
    } finally {
      lock.unlock();
    }
  }

  private void run(Start start) {
    PooledSandbox sandbox = start.sandbox();
    try {
      start.room().join();
      Guest guest = starter.start(sandbox, () -> died(sandbox));
      started(start, guest);
    } catch (SandboxException | RuntimeException e) {
      LOG.warn("no sandbox for {}: {}", sandbox.function.name(), e.toString());
      counters.startFailures.increment();
      failed(start, e);
    }
  }

  private void started(Start start, Guest guest) {
    PooledSandbox sandbox = start.sandbox();
    lock.lock();
    try {
      sandbox.started(guest);
      starts.finished(start);
      if (!sandbox.lifecycle.move(SandboxState.INIT, SandboxState.IDLE)) {
        dispose(sandbox, guest);
        failOne(start.pool(), new SandboxException("it died while it was being started"));
      } else if (!offer(sandbox, true, true)) {
        end(sandbox);
      }
    } finally {
      lock.unlock();
    }
  }

  private void failed(Start start, Exception cause) {
    lock.lock();
    try {
      start.sandbox().lifecycle.die();
      starts.finished(start);
      failOne(start.pool(), cause);
      inventory.remove(start.sandbox());
    } finally {
      lock.unlock();
    }
    disposals.changed();
  }

  /** The first waiter is told, unless enough other starts are on their way. */
  private void failOne(VersionPool version, Exception cause) {
    if (version.startsOnTheirWay() < version.waiters.size()) {
      version.waiters.removeFirst().completeExceptionally(cause);
    }
  }

  /** Gives an idle sandbox to who waits for it, else keeps it; false if it is of no use. */
  private boolean offer(PooledSandbox sandbox, boolean fresh, boolean keep) {
    VersionPool version = inventory.version(sandbox.key);
    @Nullable Waiter waiter = version.waiters.pollFirst();
    if (waiter != null) {
      waiter.complete(lease(sandbox, fresh));
      admission.cancelSurplus(version);
      return true;
    }
    if (closed || version.retired || !keep) {
      return false;
    }
    sandbox.idleSinceNanos = System.nanoTime();
    sandbox.pauseAsked = false;
    inventory.addIdle(sandbox, version);
    onIdle.run();
    return true;
  }

  private Lease lease(PooledSandbox sandbox, boolean cold) {
    if (!sandbox.lifecycle.move(SandboxState.IDLE, SandboxState.BUSY)) {
      throw new IllegalStateException("leased a sandbox that is " + sandbox.lifecycle.state());
    }
    (cold ? counters.coldStarts : counters.warmStarts).increment();
    return new Lease(this, sandbox, cold);
  }

  private void dispose(PooledSandbox sandbox, Guest guest) {
    var _ = disposals.add(guest, () -> forget(sandbox));
  }

  private void forget(PooledSandbox sandbox) {
    lock.lock();
    try {
      inventory.remove(sandbox);
    } finally {
      lock.unlock();
    }
  }
}
