package thaw.worker;

import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use one sandbox for one invocation; given back exactly once. */
final class Lease {
  private final SandboxPool pool;
  private final PooledSandbox sandbox;
  private final boolean cold;
  private final AtomicBoolean over = new AtomicBoolean();

  Lease(SandboxPool pool, PooledSandbox sandbox, boolean cold) {
    this.pool = pool;
    this.sandbox = sandbox;
    this.cold = cold;
  }

  PooledSandbox sandbox() {
    return sandbox;
  }

  /** Whether the sandbox was started for this invocation. */
  boolean cold() {
    return cold;
  }

  /** The sandbox may serve the next invocation. No effect if the lease is over. */
  void release() {
    if (over.compareAndSet(false, true)) {
      pool.released(sandbox);
    }
  }

  /** The sandbox is of no use any more. No effect if the lease is over. */
  void discard() {
    if (over.compareAndSet(false, true)) {
      pool.end(sandbox);
    }
  }
}
