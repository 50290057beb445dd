package thaw.runtimeapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;

/** A function in a real process that runs a runtime image's own bootstrap. */
class FunctionProcess implements AutoCloseable {
  static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  private static final long EXIT_SECONDS = 20;

  private final LoopbackServer server = new LoopbackServer();
  private final Process process;
  private final CompletableFuture<Void> exited;
  private final Path out;
  private final Path err;

  final RuntimeApi api = server.api;

  /**
   * @param taskRoot the function's code
   * @param variables environment, over what every function has
   */
  FunctionProcess(
      List<String> command,
      String runtime,
      Path taskRoot,
      String handler,
      Map<String, String> variables) {
    try {
      out = Files.createTempFile("stdout", "");
      err = Files.createTempFile("stderr", "");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(taskRoot.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment(runtime, handler));
      builder.environment().put("LAMBDA_TASK_ROOT", taskRoot.toString());
      builder.environment().putAll(variables);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    exited = process.onExit().thenRun(api::runtimeExited);
  }

  static void write(Path directory, String name, String text) {
    try {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> environment(String runtime, String handler) {
    FunctionVersion function =
        new FunctionVersion(
            "000000000000",
            "eu-central-1",
            "my-function",
            "$LATEST",
            "revision",
            runtime,
            handler,
            256,
            Duration.ofSeconds(3),
            512,
            Map.of("GREETING", "Grüße"),
            "0".repeat(64),
            "/aws/lambda/my-function");
    Map<String, String> environment =
        new HashMap<>(
            RuntimeEnvironment.of(function, "2026/11/23/[$LATEST]0", RuntimeLogging.TEXT));
    environment.put("AWS_LAMBDA_RUNTIME_API", address());
    return environment;
  }

  String invoke(String payload) throws InterruptedException {
    return invoke(Invocations.of("id-1", payload));
  }

  String invoke(Invocation invocation) throws InterruptedException {
    return Invocations.text(api.invoke(invocation, Invocations.PLENTY));
  }

  /** Where its Runtime API is. */
  String address() {
    return "127.0.0.1:" + server.port();
  }

  /** Waits until it asks to be frozen, and restores it with this answer. */
  RuntimeApi restored(String body) throws InterruptedException {
    RuntimeOutcome outcome = api.awaitRestorable(Invocations.PLENTY);
    if (!(outcome instanceof RuntimeOutcome.Restorable)) {
      throw new AssertionError(Invocations.text(outcome));
    }
    return server.restored(body.getBytes(StandardCharsets.UTF_8));
  }

  /** What INIT came to. */
  String init() throws InterruptedException {
    return Invocations.text(api.awaitInit(Invocations.PLENTY));
  }

  int exitCode() throws InterruptedException, ExecutionException, TimeoutException {
    exited.get(EXIT_SECONDS, TimeUnit.SECONDS);
    return process.exitValue();
  }

  /** What it wrote to stdout so far: all, once an invocation is over. */
  String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    server.close();
    try {
      process.waitFor();
      Files.delete(out);
      Files.delete(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
