package thaw.microvm;

import java.time.Duration;

/**
 * How many shells of a kind there should be, by Little's law: as many as are wanted, on average,
 * while one is being made. Rate and duration are moving averages. Times are {@code
 * System.nanoTime()}'s.
 */
final class StartRate {
  private static final double MEMORY_NANOS = 60e9;

  /** Weight of the newest duration. */
  private static final double NEWEST = 0.2;

  private double perNano;
  private long updated;
  private double makingNanos;

  StartRate(long now) {
    updated = now;
  }

  /** One was wanted. */
  void wanted(long now) {
    decay(now);
    perNano += 1 / MEMORY_NANOS;
  }

  /** One was made. */
  void made(Duration took) {
    double nanos = took.toNanos();
    makingNanos = makingNanos == 0 ? nanos : (1 - NEWEST) * makingNanos + NEWEST * nanos;
  }

  /** Average number wanted while one is made. */
  double wantedWhileMaking(long now) {
    decay(now);
    return perNano * makingNanos;
  }

  double perSecond(long now) {
    decay(now);
    return perNano * 1e9;
  }

  double makingMillis() {
    return makingNanos / 1e6;
  }

  private void decay(long now) {
    perNano *= Math.exp(-Math.max(0, now - updated) / MEMORY_NANOS);
    updated = now;
  }
}
