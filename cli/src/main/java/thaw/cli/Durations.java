package thaw.cli;

import java.time.Duration;

/** Durations for people. */
final class Durations {
  private Durations() {}

  /** The two largest units: {@code 3d 4h}, {@code 5m 12s}, {@code 7s}. */
  static String text(Duration duration) {
    if (duration.toDays() > 0) {
      return duration.toDays() + "d " + duration.toHoursPart() + "h";
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + "h " + duration.toMinutesPart() + "m";
    }
    if (duration.toMinutes() > 0) {
      return duration.toMinutes() + "m " + duration.toSecondsPart() + "s";
    }
    return Math.max(0, duration.toSeconds()) + "s";
  }
}
