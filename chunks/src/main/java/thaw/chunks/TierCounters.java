package thaw.chunks;

import java.util.concurrent.atomic.LongAdder;

/** What happened at one tier of the read path. */
final class TierCounters {
  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder damaged = new LongAdder();

  ReadStatistics.OfTier read(String tier) {
    return new ReadStatistics.OfTier(
        tier, hits.sum(), misses.sum(), bytes.sum(), failures.sum(), damaged.sum());
  }
}
