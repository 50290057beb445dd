package thaw.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import thaw.cli.client.FunctionState;
import thaw.cli.client.Json;
import thaw.cli.client.LambdaClient;
import tools.jackson.databind.node.ObjectNode;

/** The function that is measured: its handler returns the event. Deleted when done. */
final class BenchFunction implements AutoCloseable {
  private static final String PYTHON = "def handler(event, context):\n    return event\n";

  private final LambdaClient lambda;
  private final String name;

  private BenchFunction(LambdaClient lambda, String name) {
    this.lambda = lambda;
    this.name = name;
  }

  static BenchFunction create(LambdaClient lambda, String runtime, int memorySizeMb)
      throws IOException, InterruptedException {
    BenchFunction function =
        new BenchFunction(lambda, "thaw-bench-" + ProcessHandle.current().pid());
    ObjectNode request = Json.object();
    request
        .put("FunctionName", function.name)
        .put("Runtime", runtime)
        .put("Handler", "app.handler");
    request.put("Role", "arn:aws:iam::000000000000:role/thaw");
    request.put("MemorySize", memorySizeMb).put("Timeout", 30);
    request.putObject("Code").put("ZipFile", Base64.getEncoder().encodeToString(zip()));
    lambda.createFunction(request);
    FunctionState.awaitActive(lambda, function.name);
    return function;
  }

  String name() {
    return name;
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry("app.py");
      entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
      zip.putNextEntry(entry);
      zip.write(PYTHON.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    lambda.deleteFunction(name);
  }
}
