package thaw.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** One command line run inside the test's process, and what came of it. */
public record CommandRun(int exitCode, String out, String err) {
  /** What it printed, as JSON. */
  public JsonNode json() {
    return Json.parse(out.getBytes(StandardCharsets.UTF_8));
  }

  static CommandRun of(String... args) {
    return with(Map.of("THAW_DATA_DIR", "/nonexistent"), "", args);
  }

  static CommandRun with(Map<String, String> environment, String stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Context context =
        new Context(
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            false,
            false);
    int code = Main.run(context, args);
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
