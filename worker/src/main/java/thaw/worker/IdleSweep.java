package thaw.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedCollection;

/**
 * What is to be done with idle sandboxes at one moment.
 *
 * @param toPause idle long enough for their CPU to be stopped
 * @param expired idle or alive for too long
 * @param nextNanos nanoseconds until there is something to do again; Long.MAX_VALUE if nothing
 */
record IdleSweep(List<PooledSandbox> toPause, List<PooledSandbox> expired, long nextNanos) {

  /**
   * @param idle least recently used first
   */
  static IdleSweep of(SequencedCollection<PooledSandbox> idle, PoolLimits limits, long nowNanos) {
    List<PooledSandbox> toPause = new ArrayList<>();
    List<PooledSandbox> expired = new ArrayList<>();
    long nextNanos = Long.MAX_VALUE;
    for (PooledSandbox sandbox : idle) {
      long idleNanos = nowNanos - sandbox.idleSinceNanos;
      long ageNanos = nowNanos - sandbox.createdNanos;
      long leftNanos =
          Math.min(
              limits.keepAlive().toNanos() - idleNanos, limits.maxLifetime().toNanos() - ageNanos);
      if (leftNanos <= 0) {
        expired.add(sandbox);
        continue;
      }
      nextNanos = Math.min(nextNanos, leftNanos);
      long untilPauseNanos = limits.pauseAfter().toNanos() - idleNanos;
      if (sandbox.pauseAsked) {
        continue;
      }
      if (untilPauseNanos <= 0) {
        sandbox.pauseAsked = true;
        toPause.add(sandbox);
      } else {
        nextNanos = Math.min(nextNanos, untilPauseNanos);
      }
    }
    return new IdleSweep(List.copyOf(toPause), List.copyOf(expired), nextNanos);
  }
}
