package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.cli.client.HttpClient;
import thaw.cli.client.PlatformStatus;
import thaw.snapshots.SnapshotStore;

/** The platform's process is killed while it takes snapshots, and while it resumes from one. */
class CaptureCrashEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int LAYERS = 3;
  private static final String VERSION = "1";

  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  private static Path snapshots() {
    return thaw.dataDirectory().resolve("snapshots");
  }

  private static int layers() throws IOException {
    return SnapshotStore.readOnly(snapshots()).ids().size();
  }

  private static void killAndAwaitThatNothingLives() {
    thaw.kill();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(thaw.host().everything(thaw.instances())).isEmpty());
  }

  /** Returns when a layer is being written, so many being there. */
  private static void awaitCapture(WatchService watch, int layers) throws Exception {
    while (true) {
      WatchKey key = watch.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(key).as("capture %d", layers + 1).isNotNull();
      for (WatchEvent<?> event : key.pollEvents()) {
        if (String.valueOf(event.context()).startsWith(".draft-") && layers() == layers) {
          return;
        }
      }
      key.reset();
    }
  }

  private static Answer invoke() {
    return Functions.invoke(thaw, "frozen:" + VERSION, "{}");
  }

  private static State state() {
    return thaw.lambda()
        .getFunction(r -> r.functionName("frozen").qualifier(VERSION))
        .configuration()
        .state();
  }

  /** Whether a sandbox is being started. */
  private static boolean isStarting() {
    return PlatformStatus.ask(new HttpClient(URI.create(thaw.endpoint())))
        .path("sandboxes")
        .valueStream()
        .anyMatch(sandbox -> sandbox.path("state").asString("").equals("INIT"));
  }

  @Test
  void whatIsKilledInACaptureOrARestoreLeavesNothingAndIsTakenUpAgain() throws Exception {
    for (int layers = 0; layers < LAYERS; layers++) {
      try (WatchService watch = snapshots().getFileSystem().newWatchService()) {
        snapshots().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        if (layers == 0) {
          Functions.python(
              thaw,
              "frozen",
              "clones",
              f -> f.snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
          thaw.lambda().publishVersion(r -> r.functionName("frozen"));
        } else {
          thaw.start();
        }
        awaitCapture(watch, layers);
        killAndAwaitThatNothingLives();
      }
    }
    thaw.start();
    await().atMost(PATIENCE).until(() -> state() != State.PENDING);
    assertThat(state()).isEqualTo(State.ACTIVE);

    CompletableFuture<Answer> restoring =
        CompletableFuture.supplyAsync(
            CaptureCrashEndToEndTest::invoke, task -> Thread.ofVirtual().start(task));
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(PATIENCE)
        .until(CaptureCrashEndToEndTest::isStarting);
    killAndAwaitThatNothingLives();
    assertThat(restoring).failsWithin(PATIENCE);

    thaw.start();
    assertThat(thaw.host().instances()).hasSize(1);
    Answer after = invoke();
    assertThat(after.error()).as(after.text()).isEmpty();
    assertThat(after.report().group("origin")).isEqualTo("function");
    try (Stream<Path> left = Files.list(snapshots())) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .hasSize(LAYERS)
          .allMatch(name -> name.matches("[0-9a-f]{64}"));
    }
  }
}
