package thaw.runtimeapi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import thaw.model.Invocation;

/**
 * The state machine between the worker, who brings one invocation at a time, and the runtime's
 * connections, who take it and bring its answer. An invocation's first outcome counts; whatever
 * comes after it is refused.
 */
final class InvocationSlot {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private RuntimePhase phase = RuntimePhase.STARTED;
  private boolean busy;
  private @Nullable Delivery delivery;
  private @Nullable RuntimeOutcome outcome;
  private String currentId = "";
  private long takers;
  private boolean leaving;
  private Runnable closeOthers = () -> {};
  private byte @Nullable [] restoreAnswer;

  /** How this runtime's process ended, once it did: whoever asks from then on gets it. */
  private @Nullable RuntimeOutcome end;

  // The worker's side.

  /** Waits until the runtime waits for something; what that is does not matter. */
  RuntimeOutcome awaitInit(Duration timeout) throws InterruptedException {
    RuntimeOutcome outcome = awaitWaiting(timeout);
    return outcome instanceof RuntimeOutcome.Restorable ? new RuntimeOutcome.Ready() : outcome;
  }

  RuntimeOutcome awaitRestorable(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      while (phase != RuntimePhase.RESTORABLE && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (phase == RuntimePhase.RESTORABLE) {
        return new RuntimeOutcome.Restorable();
      }
      if (end == null) {
        finishLocked(new RuntimeOutcome.TimedOut());
      }
      return end == null ? new RuntimeOutcome.TimedOut() : end;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the runtime waits for something: an invocation, or its restore. */
  RuntimeOutcome awaitWaiting(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      while (phase == RuntimePhase.STARTED && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (phase == RuntimePhase.STARTED) {
        finishLocked(new RuntimeOutcome.TimedOut());
      }
      if (end != null) {
        return end;
      }
      return phase == RuntimePhase.RESTORABLE
          ? new RuntimeOutcome.Restorable()
          : new RuntimeOutcome.Ready();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has the runtime go on that waits for its restore.
   *
   * @param answer what it is told
   * @throws IllegalStateException if it does not wait for that
   */
  void restore(byte[] answer) {
    lock.lock();
    try {
      if (end != null) {
        return; // whoever waits for what comes of it is told
      }
      move(RuntimePhase.STARTED);
      restoreAnswer = answer;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connections that do not wait for an invocation. */
  void keepTaker() {
    lock.lock();
    try {
      closeOthers.run();
    } finally {
      lock.unlock();
    }
  }

  RuntimeOutcome awaitNext(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      while (phase != RuntimePhase.READY && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (end != null) {
        return end;
      }
      return phase == RuntimePhase.READY
          ? new RuntimeOutcome.Ready()
          : new RuntimeOutcome.TimedOut();
    } finally {
      lock.unlock();
    }
  }

  RuntimeOutcome invoke(Invocation invocation, Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (busy) {
        throw new IllegalStateException(
            "sandbox already has an invocation under way, refused " + invocation.requestId());
      }
      if (end != null) {
        return end;
      }
      busy = true;
      delivery = new Delivery(invocation, System.currentTimeMillis() + timeout.toMillis());
      outcome = null;
      changed.signalAll();
      try {
        return awaitOutcome(timeout);
      } finally {
        busy = false;
        delivery = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private RuntimeOutcome awaitOutcome(Duration timeout) throws InterruptedException {
    RuntimeOutcome timedOut = new RuntimeOutcome.TimedOut();
    long left = timeout.toNanos();
    try {
      while (outcome == null && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody waits for the answer any more: the process is as good as timed out.
      finishLocked(timedOut);
      throw e;
    }
    if (outcome != null) {
      return outcome;
    }
    finishLocked(timedOut);
    return end == null ? timedOut : end;
  }

  /** The process is gone: its connections are not kept waiting for an invocation. */
  void leave() {
    lock.lock();
    try {
      leaving = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more will come of this process; does nothing if it had ended already. */
  void finish(RuntimeOutcome how) {
    lock.lock();
    try {
      finishLocked(how);
    } finally {
      lock.unlock();
    }
  }

  private void finishLocked(RuntimeOutcome how) {
    if (end == null) {
      move(RuntimePhase.FINISHED);
      end = how;
      changed.signalAll();
    }
  }

  // The runtime's side.

  /**
   * Blocks until there is an invocation. If the runtime asks on a second connection, the first one
   * is given up.
   *
   * @param closeOthers closes all connections but the one that asks
   * @return empty if this connection is to be closed
   */
  Optional<Delivery> next(Runnable closeOthers) throws RefusedException {
    lock.lock();
    try {
      transition(phase == RuntimePhase.RUNNING ? RuntimePhase.RUNNING : RuntimePhase.READY);
      long taker = ++takers;
      this.closeOthers = closeOthers;
      changed.signalAll();
      while (end == null && !leaving && taker == takers && delivery == null) {
        changed.awaitUninterruptibly();
      }
      if (end != null || leaving || taker != takers || delivery == null) {
        return Optional.empty();
      }
      move(RuntimePhase.RUNNING);
      currentId = delivery.invocation().requestId();
      return Optional.of(delivery);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks until the runtime is told to go on, or this life is over: who was frozen is answered in
   * the lives of the clones.
   *
   * @param last what is done before the process counts as ready to be frozen
   * @return what it is told; empty if this life is over
   */
  Optional<byte[]> awaitRestore(Runnable last) throws RefusedException {
    lock.lock();
    try {
      transition(RuntimePhase.RESTORABLE);
      last.run();
      restoreAnswer = null;
      changed.signalAll();
      while (end == null && !leaving && restoreAnswer == null) {
        changed.awaitUninterruptibly();
      }
      return end == null && !leaving ? Optional.ofNullable(restoreAnswer) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Reserves the answer of an invocation: its body may be read now, and nobody else's. */
  void claim(String requestId) throws RefusedException {
    lock.lock();
    try {
      if (!requestId.equals(currentId)) {
        throw new RefusedException(Reply.INVALID_REQUEST_ID);
      }
      transition(RuntimePhase.RESPONDING);
    } finally {
      lock.unlock();
    }
  }

  /** The connection broke within the answer. */
  void unclaim() {
    lock.lock();
    try {
      if (phase == RuntimePhase.RESPONDING) {
        move(RuntimePhase.RUNNING);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The claimed answer is whole; without effect if time ran out meanwhile. */
  void complete(RuntimeOutcome answer) {
    lock.lock();
    try {
      if (phase == RuntimePhase.RESPONDING) {
        move(RuntimePhase.RESPONSE_SENT);
        delivery = null;
        outcome = answer;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Refuses a report of an INIT error unless INIT runs. */
  void checkInit() throws RefusedException {
    lock.lock();
    try {
      if (!phase.allows(RuntimePhase.INIT_ERROR)) {
        throw new RefusedException(Reply.outOfTurn(phase, RuntimePhase.INIT_ERROR));
      }
    } finally {
      lock.unlock();
    }
  }

  void failInit(RuntimeOutcome error) throws RefusedException {
    lock.lock();
    try {
      transition(RuntimePhase.INIT_ERROR);
      end = error;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void transition(RuntimePhase to) throws RefusedException {
    if (!phase.allows(to)) {
      throw new RefusedException(Reply.outOfTurn(phase, to));
    }
    phase = to;
  }

  private void move(RuntimePhase to) {
    if (!phase.allows(to)) {
      throw new IllegalStateException("no way from " + phase + " to " + to);
    }
    phase = to;
  }
}
