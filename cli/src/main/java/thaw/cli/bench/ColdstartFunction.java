package thaw.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import thaw.cli.UserError;
import thaw.cli.client.FunctionState;
import thaw.cli.client.Json;
import thaw.cli.client.LambdaClient;
import tools.jackson.databind.node.ObjectNode;

/** The function whose cold starts are measured: its handler returns the event. */
final class ColdstartFunction {
  private static final String WARMUP_INVOKES = "200";

  private ColdstartFunction() {}

  /**
   * Creates one and waits until it can be invoked.
   *
   * @return what to invoke, with its version if the mode's starts have a snapshot of their own
   */
  static String create(LambdaClient lambda, String runtime, ColdstartMode mode, int memorySizeMb)
      throws IOException, InterruptedException {
    String name = "thaw-bench-" + runtime.replace(".", "") + "-" + mode.label().replace('+', '-');
    ObjectNode request = Json.object();
    request.put("FunctionName", name).put("Runtime", runtime).put("Handler", "app.handler");
    request.put("Role", "arn:aws:iam::000000000000:role/thaw");
    request.put("MemorySize", memorySizeMb).put("Timeout", 60);
    request.putObject("Code").put("ZipFile", Base64.getEncoder().encodeToString(zip(runtime)));
    if (mode.hasSnapshot()) {
      request.putObject("SnapStart").put("ApplyOn", "PublishedVersions");
    }
    if (mode == ColdstartMode.WARMUP) {
      request
          .putObject("Environment")
          .putObject("Variables")
          .put("THAW_WARMUP_INVOKES", WARMUP_INVOKES);
    }
    lambda.createFunction(request);
    FunctionState.awaitActive(lambda, name);
    if (!mode.hasSnapshot()) {
      return name;
    }
    String version = name + ":" + lambda.publishVersion(name).path("Version").asString("");
    FunctionState.awaitActive(lambda, version);
    return version;
  }

  private static byte[] zip(String runtime) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      if (runtime.startsWith("python")) {
        add(zip, "app.py", "def handler(event, context):\n    return event\n");
      } else if (runtime.startsWith("nodejs")) {
        add(zip, "app.js", "exports.handler = async (event) => event;\n");
      } else if (runtime.startsWith("ruby")) {
        add(zip, "app.rb", "def handler(event:, context:)\n  event\nend\n");
      } else {
        throw new UserError(
            "there is no function for " + runtime + " here",
            "Use a python, nodejs or ruby runtime.");
      }
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, String source) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(source.getBytes(StandardCharsets.UTF_8));
  }
}
