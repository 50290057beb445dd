package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import thaw.cli.client.Json;
import thaw.e2e.SnapshotWorkers.Opened;
import thaw.e2e.SnapshotWorkers.Result;
import thaw.model.FunctionVersion;
import tools.jackson.databind.JsonNode;

/**
 * Clones of one snapshot, by the worker as in the platform: no source of randomness or identity
 * gives two of them the same, and their clocks are right. How many clones: the table below, or
 * {@code THAW_CLONES} of each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClonesTest {
  private static final double CLOCK_TOLERANCE_SECONDS = 0.05;
  private static final int AT_ONCE = Runtime.getRuntime().availableProcessors();

  @TempDir private Path directory;
  private SnapshotWorkers workers;
  private Opened opened;

  @BeforeAll
  void open() throws Exception {
    workers = new SnapshotWorkers("python3.13", "nodejs24.x", "ruby3.3", "java21", "java25");
    opened = workers.open(Map.of("worker.startConcurrency", AT_ONCE, "worker.pauseAfter", "1h"));
  }

  @AfterAll
  void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
    workers.close();
  }

  @ParameterizedTest
  @CsvSource({
    "python3.13, app.handler, function, 10",
    "python3.13, app.handler, runtime, 2",
    "nodejs24.x, index.handler, function, 2",
    "nodejs24.x, index.handler, runtime, 2",
    "ruby3.3, app.handler, function, 2",
    "ruby3.3, app.handler, runtime, 2",
    "java21, App::handle, function, 2",
    "java21, App::handle, runtime, 2",
    "java25, App::handle, function, 2",
    "java25, App::handle, runtime, 2"
  })
  void clonesAreAlikeInNothingAndTheirClocksAreRight(
      String runtime, String handler, String origin, int count) throws Exception {
    int wanted =
        Optional.ofNullable(System.getenv("THAW_CLONES")).map(Integer::valueOf).orElse(count);
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
    opened.awaitStartFrom(origin, function);
    retire(function);

    Set<String> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger clones = new AtomicInteger();
    Callable<Void> client =
        () -> {
          while (clones.get() < wanted) {
            for (int invocation = 0; invocation < 2; invocation++) { // the second is mostly warm
              if (check(function, origin, seen)) {
                clones.incrementAndGet();
              }
            }
            retire(function);
          }
          return null;
        };
    try (ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Void> done : clients.invokeAll(Collections.nCopies(AT_ONCE, client))) {
        done.get();
      }
    }
  }

  /** Ends its idle sandboxes; the layers stay. */
  private void retire(FunctionVersion function) {
    opened
        .worker()
        .retire(function.accountId(), function.name(), function.version(), "none of these");
  }

  /** Invokes; says whether that was a new clone. */
  private boolean check(FunctionVersion function, String origin, Set<String> seen)
      throws InterruptedException {
    double before = System.currentTimeMillis() / 1000.0;
    Result result = opened.invoke(function);
    double after = System.currentTimeMillis() / 1000.0;
    JsonNode answer = Json.parse(result.text().getBytes(StandardCharsets.UTF_8));
    assertThat(answer.path("seconds").asDouble())
        .isBetween(before - CLOCK_TOLERANCE_SECONDS, after + CLOCK_TOLERANCE_SECONDS);
    assertThat(answer.path("ordered").asBoolean()).as("monotonic time").isTrue();
    if (result.origin().equals("warm")) {
      return false;
    }
    assertThat(result.origin()).isEqualTo(origin);
    if (origin.equals("function")) {
      assertThat(answer.path("stale")).as("what is as it was in INIT").isEmpty();
    }
    Map<String, String> unique = new HashMap<>();
    answer
        .path("unique")
        .properties()
        .forEach(e -> unique.put(e.getKey(), e.getValue().asString()));
    assertThat(unique).hasSizeGreaterThan(10);
    unique.forEach(
        (source, value) -> assertThat(seen.add(value)).as("%s, %s again", source, value).isTrue());
    return true;
  }

  /** A directory of the function's files. */
  private Path code(String runtime) throws IOException {
    Path code = Files.createTempDirectory(directory, "code");
    if (runtime.startsWith("java")) {
      compile(code);
    } else {
      String file =
          Map.of("python3.13", "app.py", "nodejs24.x", "index.js", "ruby3.3", "app.rb")
              .getOrDefault(runtime, "");
      Files.writeString(code.resolve(file), resource(file));
    }
    return code;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ClonesTest.class.getResourceAsStream("/clones/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void compile(Path into) throws IOException {
    String text = resource("App.java");
    SimpleJavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///App.java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    StringWriter complaints = new StringWriter();
    List<String> options = List.of("-d", into.toString(), "--release", "21");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .getTask(complaints, null, null, options, null, List.of(source))
                .call())
        .as(complaints.toString())
        .isTrue();
  }
}
