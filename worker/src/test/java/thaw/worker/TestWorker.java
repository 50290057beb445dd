package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import thaw.agent.RuntimeProcess;
import thaw.logs.FunctionLogs;
import thaw.logs.LogEvent;
import thaw.logs.LogGroup;
import thaw.logs.LogQuery;
import thaw.logs.LogSettings;
import thaw.logs.LogWriter;
import thaw.model.FunctionVersion;
import thaw.model.InvocationResult;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeLogging;
import thaw.runtimeapi.RuntimeSources;
import thaw.sandbox.DiskImage;

/** A worker over real processes: the runtime image's own python bootstrap, the host's python. */
final class TestWorker implements AutoCloseable {
  private static final Path RUNTIME_DIRECTORY = RuntimeSources.python();
  private static final Path PYTHON_3_13 = Path.of("/usr/bin/python3.13");

  final ProcessDriver driver = new ProcessDriver();
  final Worker worker;
  private final Path directory;
  private final LogWriter logs;

  /**
   * @param directory for app.py and logs
   */
  TestWorker(Path directory, UnaryOperator<SettingsBuilder> settings) {
    this.directory = directory;
    this.logs = new LogWriter(directory.resolve("logs"), LogSettings.defaults());
    this.worker =
        new Worker(
            settings.apply(new SettingsBuilder()).build(),
            driver,
            sha256 -> new DiskImage.File(directory),
            this::process,
            logs,
            false,
            Optional.empty());
  }

  /** Writes the function's code. */
  TestWorker code(String python) {
    try {
      Files.writeString(directory.resolve("app.py"), python);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  InvocationResult invoke(FunctionVersion function, String payload) throws InterruptedException {
    return worker.invoke(function, Functions.invocation(payload, false));
  }

  /** Invokes with {@code LogType=Tail}. */
  InvocationResult invokeForTail(FunctionVersion function, String payload)
      throws InterruptedException {
    return worker.invoke(function, Functions.invocation(payload, true));
  }

  static FunctionVersion function(Duration timeout) {
    return Functions.of("f", "r1", 128, "app.handler", timeout);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Lines of the function's log on disk. */
  List<LogEvent> log() {
    logs.flush();
    List<LogEvent> events = new ArrayList<>();
    try {
      new FunctionLogs(directory.resolve("logs"))
          .read(
              new LogGroup("000000000000", "us-east-1", "/aws/lambda/f"),
              LogQuery.all(),
              events::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return events;
  }

  List<String> logLines() {
    return log().stream().map(LogEvent::message).toList();
  }

  @Override
  public void close() {
    worker.close();
    logs.close();
    assertThat(driver.open()).isEmpty();
    assertThat(worker.status().sandboxes()).isEmpty();
  }

  private RuntimeProcess process(FunctionVersion function, String logStream) {
    Map<String, String> environment =
        new HashMap<>(RuntimeEnvironment.of(function, logStream, RuntimeLogging.TEXT));
    environment.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + driver.port.get());
    environment.put("DATA_PORT", String.valueOf(driver.dataPort.get()));
    environment.put("LAMBDA_TASK_ROOT", directory.toString());
    environment.put("PYTHONPATH", RUNTIME_DIRECTORY.toString());
    environment.remove("LD_LIBRARY_PATH");
    String python = Files.exists(PYTHON_3_13) ? PYTHON_3_13.toString() : "/usr/bin/python3";
    return new RuntimeProcess(
        List.of(python, "-S", "-Xutf8", "-B", RUNTIME_DIRECTORY + "/bootstrap"),
        environment,
        directory.toString(),
        128 << 20,
        1024);
  }
}
