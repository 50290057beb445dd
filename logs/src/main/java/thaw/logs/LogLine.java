package thaw.logs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Version 1 of a line in a segment: one JSON object (docs/logs.md). */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LogLine(
    long time,
    @Nullable String function,
    @Nullable String stream,
    @Nullable String request,
    @Nullable String message) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The line's bytes without its line end. */
  static byte[] encode(LogEvent event) {
    return JSON.writeValueAsBytes(
        new LogLine(
            event.timeMillis(),
            event.function(),
            event.stream(),
            event.requestId().orElse(null),
            event.message()));
  }

  /** Empty if it is not a whole line: torn by a crash, or damaged. */
  static Optional<LogEvent> decode(byte[] bytes, int offset, int length) {
    try {
      LogLine line = JSON.readValue(bytes, offset, length, LogLine.class);
      if (line == null
          || line.function == null
          || line.stream == null
          || line.message == null
          || line.time == 0) {
        return Optional.empty();
      }
      return Optional.of(
          new LogEvent(
              line.time,
              line.function,
              line.stream,
              Optional.ofNullable(line.request),
              line.message));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
