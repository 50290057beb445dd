package thaw.cli.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the platform says the time went.
 *
 * @param millis by metric name, in the order of the header
 * @see <a href="https://www.w3.org/TR/server-timing/">W3C: Server Timing</a>
 */
public record ServerTiming(Map<String, Double> millis) {
  private static final Pattern METRIC =
      Pattern.compile("([A-Za-z0-9_-]+)\\s*;[^,]*?dur=(\\d+(?:\\.\\d+)?)");

  public ServerTiming {
    millis = Collections.unmodifiableMap(new LinkedHashMap<>(millis));
  }

  static ServerTiming parse(String header) {
    Map<String, Double> millis = new LinkedHashMap<>();
    Matcher matcher = METRIC.matcher(header);
    while (matcher.find()) {
      millis.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
    }
    return new ServerTiming(millis);
  }

  public OptionalDouble millis(String metric) {
    Double value = millis.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** One line for people: {@code sandbox 2,913.0 ms, init 120.4 ms, handler 2.1 ms}. */
  public String describe() {
    StringBuilder line = new StringBuilder();
    millis.forEach((metric, value) ->
        line.append(line.isEmpty() ? "" : ", ")
            .append(String.format(Locale.ROOT, "%s %,.1f ms", metric, value)));
    return line.toString();
  }
}
