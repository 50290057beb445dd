package thaw.worker;

import java.time.Duration;

/**
 * The pool's bounds.
 *
 * @param maxPerVersion 0 for none
 * @param budgetBytes memory that sandboxes may be promised
 * @param overheadBytes what each counts for beyond MemorySize
 */
record PoolLimits(
    int maxSandboxes,
    int maxPerVersion,
    long budgetBytes,
    long overheadBytes,
    int startsAtOnce,
    int startQueue,
    Duration startWait,
    Duration pauseAfter,
    Duration keepAlive,
    Duration maxLifetime) {

  static PoolLimits of(WorkerSettings settings, long hostMemoryBytes) {
    return new PoolLimits(
        settings.maxSandboxes(),
        settings.maxSandboxesPerVersion(),
        (long) (settings.memoryShare() * hostMemoryBytes),
        settings.sandboxOverhead().bytes(),
        settings.startsAtOnce(),
        settings.startQueue(),
        settings.startWait(),
        settings.pauseAfter(),
        settings.keepAlive(),
        settings.maxLifetime());
  }

  long costBytes(int memorySizeMb) {
    return ((long) memorySizeMb << 20) + overheadBytes;
  }
}
