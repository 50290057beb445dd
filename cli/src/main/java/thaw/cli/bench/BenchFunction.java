package thaw.cli.bench;

import java.io.IOException;
import java.util.Base64;
import thaw.cli.client.FunctionState;
import thaw.cli.client.Json;
import thaw.cli.client.LambdaClient;
import tools.jackson.databind.node.ObjectNode;

/** The function that is measured: its handler returns the event. Deleted when done. */
final class BenchFunction implements AutoCloseable {
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
        .put("Handler", BenchCode.handler(runtime));
    request.put("Role", "arn:aws:iam::000000000000:role/thaw");
    request.put("MemorySize", memorySizeMb).put("Timeout", 30);
    request
        .putObject("Code")
        .put("ZipFile", Base64.getEncoder().encodeToString(BenchCode.zip(runtime)));
    lambda.createFunction(request);
    FunctionState.awaitActive(lambda, function.name);
    return function;
  }

  String name() {
    return name;
  }

  @Override
  public void close() {
    lambda.deleteFunction(name);
  }
}
