package thaw.guest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Both ways to write apt's sources, see sources.list(5). */
final class AptSourcesFormats {
  private static final Pattern ONE_LINE =
      Pattern.compile(
          "deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+(\\S+)((?:\\s+[^\\s#]+)*)\\s*(?:#.*)?");

  private AptSourcesFormats() {}

  static List<Mirrors.Source> oneLine(String text) {
    List<Mirrors.Source> sources = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      Matcher matcher = ONE_LINE.matcher(line);
      if (matcher.matches()) {
        sources.add(
            new Mirrors.Source(
                matcher.group(1), matcher.group(2), Set.copyOf(words(matcher.group(3)))));
      }
    }
    return sources;
  }

  static List<Mirrors.Source> deb822(String text) {
    List<Mirrors.Source> sources = new ArrayList<>();
    Map<String, String> stanza = new HashMap<>();
    String field = "";
    for (String line : Stream.concat(text.lines(), Stream.of("")).toList()) {
      if (line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      if (line.isBlank()) {
        addStanza(stanza, sources);
        stanza.clear();
      } else if (Character.isWhitespace(line.charAt(0))) {
        stanza.merge(field, line, (a, b) -> a + " " + b);
      } else if (colon > 0) {
        field = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        stanza.put(field, line.substring(colon + 1));
      }
    }
    return sources;
  }

  private static void addStanza(Map<String, String> stanza, List<Mirrors.Source> sources) {
    boolean enabled = !stanza.getOrDefault("enabled", "yes").strip().equalsIgnoreCase("no");
    if (!enabled || !words(stanza.getOrDefault("types", "")).contains("deb")) {
      return;
    }
    Set<String> components = Set.copyOf(words(stanza.getOrDefault("components", "")));
    for (String uri : words(stanza.getOrDefault("uris", ""))) {
      for (String suite : words(stanza.getOrDefault("suites", ""))) {
        sources.add(new Mirrors.Source(uri, suite, components));
      }
    }
  }

  private static List<String> words(String text) {
    return Stream.of(text.strip().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .distinct()
        .toList();
  }
}
