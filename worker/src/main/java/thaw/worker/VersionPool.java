package thaw.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/** The sandboxes of one revision of a function version. Belongs to the pool's lock. */
final class VersionPool {
  final SandboxKey key;

  /** Who waits for a sandbox, first come first served. */
  final Deque<Waiter> waiters = new ArrayDeque<>();

  /** Most recently used last. */
  private final LinkedHashSet<PooledSandbox> idle = new LinkedHashSet<>();

  /** Starts that wait for their turn and starts that run. */
  final Deque<Start> queuedStarts = new ArrayDeque<>();

  int runningStarts;

  /** Sandboxes in any state but DEAD, queued starts included. */
  int sandboxes;

  /** The function has changed: what becomes idle and is not awaited ends. */
  boolean retired;

  VersionPool(SandboxKey key) {
    this.key = key;
  }

  /** The idle sandbox that was used last: its caches are the warmest. */
  @Nullable PooledSandbox takeIdle() {
    return idle.isEmpty() ? null : idle.removeLast();
  }

  /** Sandboxes whose runtime must be started first are taken last. */
  void addIdle(PooledSandbox sandbox) {
    if (sandbox.requireGuest().needsReset()) {
      idle.addFirst(sandbox);
    } else {
      idle.addLast(sandbox);
    }
  }

  void removeIdle(PooledSandbox sandbox) {
    idle.remove(sandbox);
  }

  int startsOnTheirWay() {
    return runningStarts + queuedStarts.size();
  }

  boolean isEmpty() {
    return sandboxes == 0 && waiters.isEmpty();
  }
}
