package thaw.logs;

import java.time.Instant;
import java.util.Optional;

/**
 * Which lines of a log group are wanted.
 *
 * @param since only lines at or after it
 * @param function only lines of this function (log groups can be shared)
 */
public record LogQuery(Optional<Instant> since, Optional<String> function) {
  /** Every line. */
  public static LogQuery all() {
    return new LogQuery(Optional.empty(), Optional.empty());
  }

  boolean matches(LogEvent event) {
    return since.map(instant -> event.timeMillis() >= instant.toEpochMilli()).orElse(true)
        && function.map(name -> name.equals(event.function())).orElse(true);
  }
}
