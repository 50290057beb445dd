package thaw.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import thaw.cli.UserError;
import thaw.cli.client.HttpClient;
import thaw.cli.client.LambdaClient;
import thaw.cli.client.PlatformStatus;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.PlatformProcess;
import thaw.cli.platform.RunningPlatform;
import tools.jackson.databind.JsonNode;

/**
 * A platform of the benchmark's own, in the process that {@code thaw up} would start, on a data
 * directory that is deleted with it. It is started again with other settings for each row.
 */
final class BenchPlatform implements AutoCloseable {
  private static final long END_SECONDS = 60;
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long POLL_MILLIS = 5;

  /** How many guests stand by for a layer. */
  static final String STANDBYS = "snapshots.standbys";

  private final Path directory;
  private final PlatformFiles files;
  private final Thread whenKilled = new Thread(this::endQuietly, "bench-platform-end");
  private HttpClient http;

  private BenchPlatform(Path directory, HttpClient http) {
    this.directory = directory;
    this.files = files(directory);
    this.http = http;
    Runtime.getRuntime().addShutdownHook(whenKilled);
  }

  private void endQuietly() {
    try {
      end();
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
  }

  private static PlatformFiles files(Path directory) {
    return new PlatformFiles(directory.resolve("data"));
  }

  /** Starts one with settings over the defaults; no guest stands by unless they say so. */
  static BenchPlatform start(Map<String, String> settings) throws IOException {
    Path directory = Files.createTempDirectory("thaw-bench");
    directory.toFile().setExecutable(true, false);
    return new BenchPlatform(directory, begin(files(directory), settings));
  }

  private static HttpClient begin(PlatformFiles files, Map<String, String> settings)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data-dir",
                files.dataDir().toString(),
                "--listen",
                "127.0.0.1:0",
                "--network",
                "none"));
    if (!settings.containsKey(STANDBYS)) {
      arguments.addAll(List.of("--set", STANDBYS + "=0"));
    }
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return new HttpClient(PlatformProcess.start(files, arguments, step -> {}));
  }

  /** Something that is done while no platform runs. */
  @FunctionalInterface
  interface Between {
    void run() throws IOException;
  }

  /** Ends it and starts it again on the same data. */
  void restart(Map<String, String> settings) throws IOException {
    restart(settings, () -> {});
  }

  /** The same with something in between. */
  void restart(Map<String, String> settings, Between between) throws IOException {
    end();
    between.run();
    http = begin(files, settings);
  }

  /** Where the benchmark may keep what is to be deleted with the platform. */
  Path directory() {
    return directory;
  }

  LambdaClient lambda() {
    return new LambdaClient(http);
  }

  JsonNode status() {
    return PlatformStatus.ask(http);
  }

  PlatformFiles files() {
    return files;
  }

  /** The platform's process. */
  long pid() throws IOException {
    return RunningPlatform.find(files)
        .orElseThrow(() -> new IOException("the benchmark's platform has ended"))
        .pid();
  }

  /**
   * Returns when no sandbox is left, so that the next invocation is a cold start, and the shell
   * that the last one took is made again, and whatever guest is to stand by: what a start leaves to
   * be done is not the next one's.
   */
  void awaitRest() throws InterruptedException {
    long deadline = System.nanoTime() + REST_NANOS;
    for (JsonNode now = status(); !isAtRest(now); now = status()) {
      if (System.nanoTime() > deadline) {
        throw new UserError(
            "the platform is not at rest: sandboxes that should be gone are there, or shells are"
                + " missing");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static boolean isAtRest(JsonNode status) {
    JsonNode gauges = status.path("gauges");
    return status.path("sandboxes").isEmpty()
        && gauges.path("shellsReady").asDouble(0) >= gauges.path("shellsWanted").asDouble(0)
        && gauges.path("standbysPending").asDouble(0) == 0;
  }

  /** How many starts found a guest that stood by. */
  double standbysTaken() {
    return status().path("gauges").path("standbysTaken").asDouble(0);
  }

  /** Ends it; {@link #restart} starts it again. All that it does behind is done then. */
  void end() throws IOException {
    var running = RunningPlatform.find(files).flatMap(found -> ProcessHandle.of(found.pid()));
    if (running.isPresent()) {
      running.get().destroy();
      try {
        running.get().onExit().get(END_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        running.get().destroyForcibly();
        throw new IOException("the benchmark's platform did not end and was killed", e);
      } catch (ExecutionException e) {
        throw new IOException("the benchmark's platform did not end", e);
      } catch (InterruptedException e) {
        running.get().destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    end();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
