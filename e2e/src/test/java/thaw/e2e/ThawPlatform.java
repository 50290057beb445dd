package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.PlatformProcess;
import thaw.cli.platform.RunningPlatform;

/**
 * A platform for one test class: the very process that {@code thaw up --detach} starts, with
 * directories, user ids and a port of its own, and times that a busy host does not overrun. When
 * the class is done the platform is shut down, and whatever it leaves on the host fails the class.
 */
final class ThawPlatform
    implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int UID_COUNT = 256;

  /** Two platforms of one process have no user id in common, nor have those of its neighbours. */
  private static final long RANGE_STEP = 7_919;

  private static final AtomicInteger MADE = new AtomicInteger();
  private static final int LAST_LINES = 60;

  private final List<String> options;
  private final Path directory;
  private final HostState host;
  private final Set<String> instances = new HashSet<>();
  private @Nullable URI endpoint;
  private @Nullable LambdaClient lambda;

  private ThawPlatform(List<String> options) {
    this.options = options;
    try {
      this.directory =
          Files.createTempDirectory(
              "thaw-e2e",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
      Path run = Files.createTempDirectory(Path.of("/run"), "thaw-e2e");
      long range = ProcessHandle.current().pid() + RANGE_STEP * MADE.getAndIncrement();
      int firstUid = 1_500_000_000 + (int) (range % 1_000_000) * UID_COUNT;
      this.host = new HostState(run, firstUid, UID_COUNT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param network {@code none} or {@code default}
   * @param settings further ones, as {@code KEY=VALUE}
   */
  static ThawPlatform with(String network, String... settings) {
    List<String> options = new ArrayList<>(List.of("--network", network));
    for (String setting : settings) {
      options.addAll(List.of("--set", setting));
    }
    return new ThawPlatform(options);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    start();
  }

  /** Starts the platform's process; returns when it answers. */
  void start() throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--data-dir", dataDirectory().toString()));
    arguments.addAll(List.of("--listen", "127.0.0.1:0"));
    for (String driver : List.of("microvm", "container")) {
      String run = driver + ".runDirectory=\"" + host.runDirectory() + "\"";
      arguments.addAll(List.of("--set", run));
      arguments.addAll(List.of("--set", driver + ".firstUid=" + host.firstUid()));
      arguments.addAll(List.of("--set", driver + ".uidCount=" + host.uidCount()));
    }
    arguments.addAll(List.of("--set", "microvm.bootTimeout=5m"));
    arguments.addAll(List.of("--set", "microvm.monitorTimeout=1m"));
    arguments.addAll(List.of("--set", "worker.startWait=15m"));
    arguments.addAll(List.of("--set", "worker.initTimeout=2m"));
    arguments.addAll(options); // the last one wins
    URI started = PlatformProcess.start(files(), arguments, step -> {});
    endpoint = started;
    instances.addAll(host.instances());
    lambda =
        LambdaClient.builder()
            .endpointOverride(started)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .httpClientBuilder(Apache5HttpClient.builder().socketTimeout(Duration.ofMinutes(20)))
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
  }

  /** Kills the platform's process as {@code kill -9} does; returns when it is dead. */
  void kill() {
    end(process().orElseThrow(), ProcessHandle::destroyForcibly);
  }

  /** Ends the platform's process, which does first what it does behind. */
  void stop() {
    end(process().orElseThrow(), ProcessHandle::destroy);
  }

  private void end(ProcessHandle process, Consumer<ProcessHandle> by) {
    by.accept(process);
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    lambda().close();
  }

  private Optional<ProcessHandle> process() {
    return RunningPlatform.find(files()).flatMap(running -> ProcessHandle.of(running.pid()));
  }

  private PlatformFiles files() {
    return new PlatformFiles(dataDirectory());
  }

  Path dataDirectory() {
    return directory.resolve("data");
  }

  HostState host() {
    return host;
  }

  /** Names of all driver's instances that this platform's processes ever were. */
  Set<String> instances() {
    return instances;
  }

  /** The platform's process. */
  long pid() {
    return process().orElseThrow().pid();
  }

  /** The page that shows the worker and its sandboxes. */
  String status() throws IOException {
    try (var in = URI.create(endpoint() + "/_thaw/status").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  String endpoint() {
    return String.valueOf(endpoint);
  }

  /** Retries nothing and waits long. */
  LambdaClient lambda() {
    LambdaClient started = lambda;
    if (started == null) {
      throw new IllegalStateException("the platform was not started");
    }
    return started;
  }

  /** Shows the platform's log with a failed test. */
  @Override
  public void afterTestExecution(ExtensionContext context) throws IOException {
    if (context.getExecutionException().isPresent()) {
      System.err.println("The platform's log, when " + context.getDisplayName() + " failed:");
      List<String> lines = Files.readAllLines(files().log());
      lines
          .subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
          .forEach(System.err::println);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
    try {
      Command.thaw("down", "--data-dir", dataDirectory().toString()).succeeded();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(host.everything(instances)).isEmpty());
      assertThat(host.instances()).as("directories of instances").isEmpty();
      assertThat(dataDirectory().resolve("sandboxes")).isEmptyDirectory();
    } finally {
      process().ifPresent(ProcessHandle::destroyForcibly);
      if (lambda != null) {
        lambda.close();
      }
      delete(directory);
      delete(host.runDirectory());
    }
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
