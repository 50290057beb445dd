package thaw.chunks;

import java.util.Arrays;
import java.util.OptionalLong;

/** The 99th percentile of the latest requests' times. */
final class LatencyWindow {
  private static final int SAMPLES = 1_024;
  private static final int FEWEST = 100;
  private static final int RENEW_EVERY = 64;

  private final long[] nanos = new long[SAMPLES];
  private long count;
  private volatile long p99Nanos = -1;

  synchronized void add(long tookNanos) {
    nanos[(int) (count % SAMPLES)] = tookNanos;
    count++;
    if (count >= FEWEST && (count == FEWEST || count % RENEW_EVERY == 0)) {
      long[] sorted = Arrays.copyOf(nanos, (int) Math.min(count, SAMPLES));
      Arrays.sort(sorted);
      p99Nanos = sorted[sorted.length * 99 / 100];
    }
  }

  /** Empty until enough requests were seen. */
  OptionalLong p99Nanos() {
    long p99 = p99Nanos;
    return p99 < 0 ? OptionalLong.empty() : OptionalLong.of(p99);
  }
}
