package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartException;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.SnapStartTimeoutException;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.cli.client.HttpClient;
import thaw.cli.client.PlatformStatus;
import tools.jackson.databind.JsonNode;

/**
 * Cold starts that are resumes, through the AWS SDK for Java 2. Every invocation is a cold start.
 */
class SnapshotEndToEndTest {
  @RegisterExtension
  static final ThawPlatform thaw =
      ThawPlatform.with("none", "worker.keepAlive=10ms", "snapshots.restoreTimeout=20s");

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** A published version with SnapStart, whatever became of it. */
  private static FunctionConfiguration publish(
      String name, Consumer<CreateFunctionRequest.Builder> changes) {
    Functions.python(
        thaw,
        name,
        "clones",
        function -> {
          function.snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS));
          changes.accept(function);
        });
    String version = thaw.lambda().publishVersion(r -> r.functionName(name)).version();
    await().atMost(PATIENCE).until(() -> version(name, version).state() != State.PENDING);
    return version(name, version);
  }

  private static FunctionConfiguration version(String name, String version) {
    return thaw.lambda().getFunction(r -> r.functionName(name).qualifier(version)).configuration();
  }

  private static Answer invokeVersion(String name) {
    return Functions.invoke(thaw, name + ":1", "{}");
  }

  /** Invokes until a start goes on from this point: its layer is made in the background. */
  private static Answer awaitStartFrom(String origin, String name) {
    List<Answer> last = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          last.add(Functions.invoke(thaw, name, "{}"));
          return last.getLast().report().group("origin").equals(origin);
        });
    return last.getLast();
  }

  @Test
  void aVersionWithSnapStartGoesOnAfterItsInit() throws IOException {
    FunctionConfiguration published = publish("clones", function -> {});
    assertThat(published.state()).as(published.stateReason()).isEqualTo(State.ACTIVE);
    assertThat(published.snapStart().optimizationStatus())
        .isEqualTo(SnapStartOptimizationStatus.ON);

    Set<String> unique = new HashSet<>();
    Set<String> inits = new HashSet<>();
    int values = 0;
    for (int clone = 0; clone < 3; clone++) {
      Answer answer = awaitStartFrom("function", "clones:1");
      assertThat(answer.error()).as(answer.text()).isEmpty();
      assertThat(answer.report().group("init")).isNull();
      assertThat(answer.log())
          .containsPattern(
              "REPORT .*\tRestore Duration: [0-9.]+ ms\tBilled Restore Duration: \\d+");
      JsonNode seen = answer.json();
      inits.add(seen.path("init").asString());
      assertThat(seen.path("order").values())
          .extracting(JsonNode::asString)
          .containsExactly("before 2", "before 1", "after 1", "after 2");
      assertThat(seen.path("tmp").asString()).isEqualTo("INIT");
      assertThat(seen.path("type").asString()).isEqualTo("snap-start");
      assertThat(seen.path("stream").get(0)).isEqualTo(seen.path("stream").get(1));
      assertThat(unique.add(seen.path("stream").get(0).asString())).isTrue();
      values++;
      for (JsonNode value : seen.path("unique").values()) {
        unique.add(value.asString());
        values++;
      }
    }
    assertThat(inits).hasSize(1);
    assertThat(unique).hasSize(values);

    thaw.lambda().deleteFunction(r -> r.functionName("clones"));
    assertThat(keys("clones")).isEmpty();
  }

  private static List<Path> keys(String function) throws IOException {
    try (Stream<Path> keys = Files.walk(thaw.dataDirectory().resolve("keys"))) {
      return keys.filter(key -> key.endsWith(function + ".key")).toList();
    }
  }

  @Test
  void aStartWithoutSnapshotOfItsOwnGoesOnFromTheRuntimeAndRunsInit() throws Exception {
    Functions.python(thaw, "plain", "clones");
    Answer first = awaitStartFrom("runtime", "plain");
    assertThat(first.error()).as(first.text()).isEmpty();
    assertThat(first.report().group("init")).isNotNull();
    assertThat(first.json().path("order").values()).isEmpty();
    assertThat(first.json().path("type").asString()).isEqualTo("on-demand");
    Answer second = awaitStartFrom("code", "plain");
    assertThat(Command.thaw("status", "--data-dir", thaw.dataDirectory().toString()).succeeded())
        .containsPattern("Starts +[1-9]\\d* by a resume, \\d+ by a boot; 0 resumes failed")
        .containsPattern("Shells +\\d+ wait for a resume");
    assertThat(second.json().path("init")).isNotEqualTo(first.json().path("init"));
  }

  @Test
  void aFunctionThatStartsAgainGoesOnFromItsCompiledCodeAndFromNewCodeOnceThatIsThere()
      throws Exception {
    Functions.python(thaw, "again", "clones");
    Answer old = awaitStartFrom("code", "again");
    assertThat(old.report().group("init")).isNotNull();
    assertThat(old.json().path("type").asString()).isEqualTo("on-demand");
    Answer older = awaitStartFrom("code", "again");
    assertThat(older.json().path("init")).isNotEqualTo(old.json().path("init"));

    thaw.lambda()
        .updateFunctionCode(
            r -> r.functionName("again").zipFile(Zips.of("clones.py", Zips.source("facts.py"))));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("again"));
    assertThat(awaitStartFrom("code", "again").json().path("init").isMissingNode()).isTrue();
    await().atMost(PATIENCE).until(() -> layersOf("again").size() == 1);

    thaw.lambda().deleteFunction(r -> r.functionName("again"));
    assertThat(layersOf("again")).isEmpty();
  }

  @Test
  void startsThatFindAGuestThatStoodByAreLikeAnyOther() throws IOException {
    publish("stands-by", function -> {});
    Set<String> unique = new HashSet<>();
    int values = 0;
    for (String origin : List.of("function", "code")) {
      String name = origin.equals("function") ? "stands-by:1" : "stands-by";
      for (int start = 0; start < 2; start++) {
        Answer answer = awaitStartOfAGuestThatStoodBy(origin, name);
        assertThat(answer.error()).as(answer.text()).isEmpty();
        JsonNode seen = answer.json();
        assertThat(seen.path("order").values()).hasSize(origin.equals("function") ? 4 : 0);
        assertThat(seen.path("tmp").asString()).isEqualTo("INIT");
        assertThat(seen.path("stream").get(0)).isEqualTo(seen.path("stream").get(1));
        assertThat(unique.add(seen.path("stream").get(0).asString())).isTrue();
        values++;
        for (JsonNode value : seen.path("unique").values()) {
          unique.add(value.asString());
          values++;
        }
      }
    }
    assertThat(unique).hasSize(values);

    // What stands by for code that is replaced, or a function that is gone, serves nobody.
    thaw.lambda()
        .updateFunctionCode(r ->
            r.functionName("stands-by").zipFile(Zips.of("clones.py", Zips.source("facts.py"))));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("stands-by"));
    assertThat(Functions.invoke(thaw, "stands-by", "{}").json().path("unique").isMissingNode())
        .isTrue();
    thaw.lambda().deleteFunction(r -> r.functionName("stands-by"));
    await().atMost(PATIENCE).until(() -> layersOf("stands-by").isEmpty());
  }

  private static Answer awaitStartOfAGuestThatStoodBy(String origin, String name) {
    List<Answer> last = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          await().atMost(PATIENCE).until(() -> gauge("standbysPending") == 0);
          double taken = gauge("standbysTaken");
          last.add(Functions.invoke(thaw, name, "{}"));
          return last.getLast().report().group("origin").equals(origin)
              && gauge("standbysTaken") > taken;
        });
    return last.getLast();
  }

  private static double gauge(String name) {
    return PlatformStatus.ask(new HttpClient(URI.create(thaw.endpoint())))
        .path("gauges")
        .path(name)
        .asDouble();
  }

  private static List<String> layersOf(String function) throws Exception {
    return Command.thaw("images", "--data-dir", thaw.dataDirectory().toString())
        .succeeded()
        .lines()
        .filter(line -> line.contains(function + ":"))
        .toList();
  }

  @Test
  void whatMustBeThereWhenTheProcessStartsGoesOnFromTheBase() {
    Functions.python(
        thaw,
        "exec-time",
        "facts",
        f -> f.environment(e -> e.variables(Map.of("PYTHONHASHSEED", "1"))));
    assertThat(awaitStartFrom("base", "exec-time").error()).isEmpty();
    String wrapper = "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n";
    Functions.create(
        thaw,
        "wrapped",
        Zips.of("facts.py", Zips.source("facts.py"), "wrapper", wrapper),
        f ->
            f.runtime("python3.13")
                .handler("facts.handler")
                .environment(
                    e -> e.variables(Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrapper"))));
    assertThat(awaitStartFrom("base", "wrapped").error()).isEmpty();
    assertThat(
            Functions.invoke(thaw, "wrapped", "{\"do\":\"variable\",\"name\":\"WRAPPED\"}").text())
        .isEqualTo("\"yes\"");
    Functions.provided(thaw, "shell", "answers-twice.sh", f -> {});
    assertThat(awaitStartFrom("base", "shell").error()).isEmpty();
  }

  @Test
  void anInitThatFailsFailsTheVersion() {
    FunctionConfiguration published =
        publish("init-fails", f -> f.environment(e -> e.variables(Map.of("INIT", "fail"))));
    assertThat(published.state()).isEqualTo(State.FAILED);
    assertThat(published.stateReason()).contains("ValueError", "INIT fails");
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsASnapStartException() {
    publish("hook-fails", f -> f.environment(e -> e.variables(Map.of("AFTER_RESTORE", "fail"))));
    assertThatThrownBy(() -> invokeVersion("hook-fails"))
        .isInstanceOf(SnapStartException.class)
        .hasMessageContaining("afterRestore");
  }

  @Test
  void aHookThatTakesTooLongIsASnapStartTimeout() {
    publish("hook-hangs", f -> f.environment(e -> e.variables(Map.of("AFTER_RESTORE", "hang"))));
    assertThatThrownBy(() -> invokeVersion("hook-hangs"))
        .isInstanceOf(SnapStartTimeoutException.class);
  }
}
