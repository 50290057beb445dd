package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SPECIFICATION.md names tests as proofs; they have to exist. */
class SpecificationTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern PROOF =
      Pattern.compile("`([A-Z]\\w+(?:Test|Contract))(?:\\.(\\w+))?`");
  private static final int FEWEST_PROOFS = 50;

  @Test
  void everyTestThatSpecificationNamesExists() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    int proofs = 0;
    Matcher matcher = PROOF.matcher(Files.readString(ROOT.resolve("SPECIFICATION.md")));
    while (matcher.find()) {
      proofs++;
      String source = sources.getOrDefault(matcher.group(1), "");
      String method = matcher.group(2);
      if (source.isEmpty() || (method != null && !source.contains("void " + method + "("))) {
        missing.add(matcher.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(proofs).isGreaterThan(FEWEST_PROOFS);
  }

  /** Text by simple name; classes of one name in two modules count as one. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path tests : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
              String name = file.getFileName().toString().replace(".java", "");
              sources.merge(name, Files.readString(file), String::concat);
            }
          }
        }
      }
    }
    return sources;
  }
}
