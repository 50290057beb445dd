package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.cli.client.Json;
import thaw.e2e.SnapshotWorkers.Opened;
import thaw.e2e.SnapshotWorkers.Result;
import thaw.model.FunctionVersion;
import tools.jackson.databind.JsonNode;

/**
 * Clones of one snapshot, by the worker as in the platform: no source of randomness gives a value
 * twice, in whichever of them, nothing that names one names another, and their clocks are right. A
 * few clones with every build, a hundred by {@code ./thaw test --clones}.
 */
@Tag("clones")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClonesTest {
  private static final Logger LOG = LoggerFactory.getLogger(ClonesTest.class);
  private static final boolean MANY = Boolean.getBoolean("thaw.manyClones");
  private static final double CLOCK_TOLERANCE_SECONDS = 0.05;
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final int AT_ONCE = Runtime.getRuntime().availableProcessors();

  @TempDir private Path directory;
  private SnapshotWorkers workers;
  private Opened opened;

  @BeforeAll
  void open() throws Exception {
    workers =
        new SnapshotWorkers(
            "python3.13",
            "nodejs22.x",
            "nodejs24.x",
            "ruby3.3",
            "java21",
            "java25",
            "provided.al2023");
    opened =
        workers.open(
            Map.of(
                "worker.startConcurrency", AT_ONCE,
                "worker.initTimeout", "5m",
                "snapshots.captureTimeout", "15m",
                "snapshots.restoreTimeout", "5m",
                "worker.startWait", "15m",
                "worker.pauseAfter", "1h"));
  }

  @AfterAll
  void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
    if (workers != null) {
      workers.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "python3.13, app.handler, function, 6, 100",
    "python3.13, app.handler, code, 2, 100",
    "nodejs22.x, index.handler, function, 2, 100",
    "nodejs22.x, index.handler, runtime, 2, 20",
    "nodejs24.x, index.handler, function, 2, 100",
    "nodejs24.x, index.handler, runtime, 2, 20",
    "ruby3.3, app.handler, function, 2, 100",
    "ruby3.3, app.handler, runtime, 2, 20",
    "java21, App::handle, function, 2, 100",
    "java21, App::handle, runtime, 2, 10",
    "java25, App::handle, function, 2, 100",
    "java25, App::handle, runtime, 2, 10",
    "provided.al2023, bootstrap, base, 2, 100"
  })
  void clonesAreAlikeInNothingAndTheirClocksAreRight(
      String runtime, String handler, String origin, int few, int many) throws Exception {
    boolean own = origin.equals("function");
    FunctionVersion function =
        workers.function(
            runtime.replace(".", "-") + "-" + origin,
            own ? "1" : "$LATEST",
            runtime,
            handler,
            runtime.startsWith("java") ? 512 : 128,
            code(runtime),
            own);
    if (own) {
      assertThat(opened.worker().takeSnapshot(function)).isEmpty();
    }
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              retire(function, "none of these");
              return opened.invoke(function);
            },
            given -> given.origin().equals(origin));
    retire(function, "none of these");

    long begin = System.nanoTime();
    Clones clones = new Clones(function, origin);
    Callable<Void> client =
        () -> {
          while (clones.count() < (MANY ? many : few)) {
            clones.invoke();
            clones.invoke(); // mostly one that is there: it must not repeat itself, either
            retire(function, "none of these");
          }
          return null;
        };
    try (ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Void> done : clients.invokeAll(Collections.nCopies(AT_ONCE, client))) {
        done.get();
      }
    }
    LOG.info(
        "{} from {}: {} clones gave {} values, in {} ms",
        runtime,
        origin,
        clones.count(),
        clones.values(),
        (System.nanoTime() - begin) / 1_000_000);
    retire(function, ""); // makes room for the others' layers
  }

  /** Ends its idle sandboxes, and with an empty revision its layers. */
  private void retire(FunctionVersion function, String keepRevisionId) {
    opened
        .worker()
        .retire(function.accountId(), function.name(), function.version(), keepRevisionId);
  }

  /** What clones of one snapshot have given so far. */
  private final class Clones {
    private final FunctionVersion function;
    private final String origin;

    /** Their machine ids. */
    private final Set<String> all = ConcurrentHashMap.newKeySet();

    /** Of those whose first invocation was seen to be that. */
    private final Set<String> cold = ConcurrentHashMap.newKeySet();

    /** All values, and the clone that they are of. */
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    Clones(FunctionVersion function, String origin) {
      this.function = function;
      this.origin = origin;
    }

    int count() {
      return all.size();
    }

    int values() {
      return seen.size();
    }

    void invoke() throws InterruptedException {
      double before = System.currentTimeMillis() / 1000.0;
      Result result = opened.invoke(function);
      double after = System.currentTimeMillis() / 1000.0;
      assertThat(result.origin()).isIn(origin, "warm");
      JsonNode answer = Json.parse(result.text().getBytes(StandardCharsets.UTF_8));
      assertThat(answer.path("seconds").asDouble())
          .isBetween(before - CLOCK_TOLERANCE_SECONDS, after + CLOCK_TOLERANCE_SECONDS);
      assertThat(answer.path("ordered").asBoolean()).as("monotonic time").isTrue();
      if (origin.equals("function")) {
        assertThat(answer.path("stale")).as("what is as it was in INIT").isEmpty();
      }
      Map<String, String> names = values(answer.path("names"));
      assertThat(names).containsKeys("hostname", "machine", "boot", "mac");
      String clone = names.getOrDefault("machine", "");
      all.add(clone);
      if (!result.origin().equals("warm")) {
        assertThat(cold.add(clone)).as("a machine id of its own: %s", clone).isTrue();
      }
      names.forEach((what, value) ->
          assertThat(seen.putIfAbsent(value, clone))
              .as("%s of %s: %s", what, clone, value)
              .isIn(null, clone));
      Map<String, String> drawn = values(answer.path("drawn"));
      assertThat(drawn).hasSizeGreaterThanOrEqualTo(5);
      drawn.forEach((source, value) ->
          assertThat(seen.putIfAbsent(value, clone))
              .as("%s of %s gave %s again", source, clone, value)
              .isNull());
    }

    private Map<String, String> values(JsonNode object) {
      Map<String, String> values = new HashMap<>();
      object.properties().forEach(e -> values.put(e.getKey(), e.getValue().asString()));
      return values;
    }
  }

  /** A directory of the function's files. */
  private Path code(String runtime) throws IOException {
    Path code = Files.createTempDirectory(directory, "code");
    if (runtime.startsWith("java")) {
      JavaSources.compile("App", resource("App.java"), code);
      return code;
    }
    String name = runtime.split("[0-9.]", 2)[0];
    String file =
        Map.of("python", "app.py", "nodejs", "index.js", "ruby", "app.rb", "provided", "bootstrap")
            .getOrDefault(name, "");
    Files.writeString(code.resolve(file), resource(file));
    Files.setPosixFilePermissions(code.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
    return code;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ClonesTest.class.getResourceAsStream("/clones/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
