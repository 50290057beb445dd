package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Kind;
import thaw.chunks.S3Server;
import thaw.chunks.S3Server.Fault;
import thaw.cli.client.Json;
import thaw.configuration.ConfigurationDatabase;
import thaw.configuration.ConfigurationSettings;
import thaw.snapshots.SnapshotStore;

/** Two platforms that have their chunks in one bucket, and an S3 that goes wrong under them. */
class OriginEndToEndTest {
  private static final S3Server S3 = server();

  @RegisterExtension static final ThawPlatform one = ThawPlatform.with("none", settings("one/"));
  @RegisterExtension static final ThawPlatform two = ThawPlatform.with("none", settings("two/"));

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String FUNCTION = "echo";
  private static final String VERSION = "echo:1";
  private static final String EVENT = "{\"do\":\"echo\",\"a\":1}";

  private static S3Server server() {
    try {
      return new S3Server();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    S3.close();
  }

  /** Garbage is collected all the time: what is live moves from root to root. */
  private static String[] settings(String prefix) {
    return new String[] {
      "storage.origin=s3",
      "storage.s3.bucket=bucket",
      "storage.s3.prefix=" + prefix,
      "storage.s3.endpoint=" + S3.endpoint(),
      "storage.s3.accessKeyId=any",
      "storage.s3.secretAccessKey=any",
      "storage.s3.attempts=2",
      "storage.s3.attemptTimeout=5s",
      "storage.s3.requestTimeout=8s",
      "storage.collectEvery=4s",
      "chunks.rootAge=3s",
      "chunks.keepRetired=0s",
      "chunks.keepExpired=0s",
      "snapshots.restoreTimeout=2m",
      "worker.keepAlive=10ms"
    };
  }

  /** Creates a version with SnapStart; returns when all of its layers are in the origin. */
  private static void create(ThawPlatform thaw) {
    Functions.python(
        thaw,
        FUNCTION,
        "facts",
        function -> function.snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
    thaw.lambda().publishVersion(r -> r.functionName(FUNCTION));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                thaw.lambda()
                    .getFunction(r -> r.functionName(FUNCTION).qualifier("1"))
                    .configuration()
                    .state(),
            State.ACTIVE::equals);
    await()
        .atMost(PATIENCE)
        .until(() -> {
          invoke(thaw); // what S3 did not take in time is published after the next start
          List<String> made = SnapshotStore.readOnly(snapshots(thaw)).ids();
          return made.size() == 3 && published(thaw).keySet().containsAll(made);
        });
  }

  private static Path snapshots(ThawPlatform thaw) {
    return thaw.dataDirectory().resolve("snapshots");
  }

  private static Map<String, ManifestIndex.Entry> published(ThawPlatform thaw) throws IOException {
    try (ConfigurationDatabase database =
        ConfigurationDatabase.besides(thaw.dataDirectory(), ConfigurationSettings.defaults())) {
      return database.manifests().all(Kind.SNAPSHOT_LAYER);
    }
  }

  /** Another host goes on with its database, and has nothing else. */
  private static void restartWithNothing(ThawPlatform thaw) throws IOException {
    thaw.kill();
    for (Path directory : List.of(snapshots(thaw), thaw.dataDirectory().resolve("chunk-cache"))) {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    thaw.start();
  }

  private static Answer invoke(ThawPlatform thaw) {
    Answer answer = Functions.invoke(thaw, VERSION, EVENT);
    assertThat(answer.error()).as(answer.log()).isEmpty();
    assertThat(answer.json().path("a").asInt()).as(answer.text()).isEqualTo(1);
    return answer;
  }

  private static void assertResumesFromTheOrigin(ThawPlatform thaw) {
    assertThat(invoke(thaw).report().group("origin")).isEqualTo("function");
  }

  private static long rootsMade(ThawPlatform thaw) throws IOException {
    return Json.parse(Files.readAllBytes(thaw.dataDirectory().resolve("chunks/roots.json")))
        .path("lastId")
        .asLong();
  }

  @Test
  void platformsSideBySideAndAnS3ThatGoesWrong(@TempDir Path third) throws Exception {
    create(one);
    create(two);

    List<String> up = new ArrayList<>(List.of("up", "--data-dir", third.toString()));
    up.addAll(List.of("--network", "none", "--listen", "127.0.0.1:0"));
    for (String setting : settings("one/")) {
      up.addAll(List.of("--set", setting));
    }
    Command refused = Command.thaw(up.toArray(String[]::new));
    assertThat(refused.exitCode()).as(refused.err()).isNotZero();
    assertThat(refused.err()).contains("another platform", "storage.s3.prefix");

    // Each deletes root after root, of which both have those of the same numbers.
    long before = Math.min(rootsMade(one), rootsMade(two));
    await().atMost(PATIENCE).until(() -> Math.min(rootsMade(one), rootsMade(two)) > before + 2);
    for (ThawPlatform thaw : List.of(one, two)) {
      restartWithNothing(thaw);
      assertResumesFromTheOrigin(thaw);
    }

    for (Fault fault : List.of(Fault.SILENCE, Fault.THROTTLE)) {
      S3.failAll(fault);
      restartWithNothing(one); // a start needs no S3
      // What is silent is given up late; of layers at fault three failures are enough.
      for (int i = 0; i < (fault == Fault.SILENCE ? 1 : 3); i++) {
        invokeInTrouble();
      }
      S3.failAll(Fault.NONE);
      assertResumesFromTheOrigin(one); // out of reach is not damaged: the layers were not dropped
    }
  }

  /** An invocation ends, with the right answer or an error. */
  private static void invokeInTrouble() {
    try {
      Answer answer = Functions.invoke(one, VERSION, EVENT);
      if (answer.error().isEmpty()) {
        assertThat(answer.json().path("a").asInt()).isEqualTo(1);
      }
    } catch (LambdaException e) {
      assertThat(e.statusCode()).isBetween(400, 599);
    }
  }
}
