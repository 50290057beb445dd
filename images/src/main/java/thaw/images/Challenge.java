package thaw.images;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry wants to see before it answers: the WWW-Authenticate header.
 *
 * @param scheme in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z0-9_-]+)=(?:\"([^\"]*)\"|([^\\s,\"]+))");
  private static final int LENGTH = 4096;

  static Optional<Challenge> parse(String header) {
    String text = header.length() > LENGTH ? header.substring(0, LENGTH) : header;
    int space = text.indexOf(' ');
    String scheme = (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT);
    Map<String, String> parameters = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(space < 0 ? "" : text.substring(space));
    while (matcher.find()) {
      parameters.put(
          matcher.group(1).toLowerCase(Locale.ROOT),
          matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
    }
    return scheme.equals("bearer") || scheme.equals("basic")
        ? Optional.of(new Challenge(scheme, parameters))
        : Optional.empty();
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }
}
