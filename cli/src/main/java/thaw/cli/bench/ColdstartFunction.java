package thaw.cli.bench;

import java.io.IOException;
import java.util.Base64;
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
    return create(lambda, runtime, mode, memorySizeMb, suffix(mode));
  }

  /** The same; functions of other suffixes are other functions. */
  static String create(
      LambdaClient lambda, String runtime, ColdstartMode mode, int memorySizeMb, String suffix)
      throws IOException, InterruptedException {
    String name = createUnpublished(lambda, runtime, mode, memorySizeMb, suffix);
    return mode.hasSnapshot() ? publish(lambda, name) : name;
  }

  /** Of the function that a mode's row measures. */
  static String suffix(ColdstartMode mode) {
    return mode.label().replace('+', '-');
  }

  /** Creates one without a version; waits until it can be invoked. */
  static String createUnpublished(
      LambdaClient lambda, String runtime, ColdstartMode mode, int memorySizeMb, String suffix)
      throws IOException, InterruptedException {
    String name = "thaw-bench-" + runtime.replace(".", "") + "-" + suffix;
    ObjectNode request = Json.object();
    request
        .put("FunctionName", name)
        .put("Runtime", runtime)
        .put("Handler", BenchCode.handler(runtime));
    request.put("Role", "arn:aws:iam::000000000000:role/thaw");
    request.put("MemorySize", memorySizeMb).put("Timeout", 60);
    request
        .putObject("Code")
        .put("ZipFile", Base64.getEncoder().encodeToString(BenchCode.zip(runtime)));
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
    return name;
  }

  /** Publishes a version; waits until its snapshot is taken. */
  static String publish(LambdaClient lambda, String name) throws InterruptedException {
    String version = name + ":" + lambda.publishVersion(name).path("Version").asString("");
    FunctionState.awaitActive(lambda, version);
    return version;
  }
}
