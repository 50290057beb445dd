package thaw.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs commands once so that the JVM can write what it loaded and linked into an AOT cache (JEP
 * 483, 514): commands start in a fraction of the time afterwards. Started by the launcher after a
 * build.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Changes nothing: the commands that would talk to a platform find none. */
  public static void main(String[] args) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Context context =
        new Context(
            new ByteArrayInputStream(new byte[0]),
            nowhere,
            nowhere,
            Map.of("THAW_DATA_DIR", "/nonexistent", "THAW_ENDPOINT", "http://127.0.0.1:1"),
            false,
            false);
    for (List<String> line :
        List.of(
            List.of("version"),
            List.of("version", "--json"),
            List.of("--help"),
            List.of("status"),
            List.of("status", "--json"),
            List.of("config", "--json"),
            List.of("list"),
            List.of("invoke", "rehearsal", "{}", "--json"),
            List.of("run", "/nonexistent.zip"),
            List.of("down"))) {
      Main.run(context, line.toArray(new String[0]));
    }
  }
}
