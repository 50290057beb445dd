package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import tools.jackson.databind.JsonNode;

/**
 * Functions with layers that call other functions, in VMs that have no network: with credentials of
 * their own, and only to invoke.
 */
class CallsEndToEndTest {
  @RegisterExtension
  static final ThawPlatform thaw = ThawPlatform.with("none", "worker.keepAlive=10ms");

  private static String layer(String name, SdkBytes zip) {
    return thaw.lambda()
        .publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(zip)))
        .layerVersionArn();
  }

  private static List<String> layers() {
    return List.of(
        layer(
            "lower",
            Zips.of("which", "lower", "only-lower", "x", "python/note.py", "NOTE = 'of a layer'")),
        layer("upper", Zips.of("which", "upper")));
  }

  @Test
  void eachResumeOfASnapshotHasCredentialsOfItsOwn() throws IOException {
    Functions.create(
        thaw,
        "answers",
        Zips.of("app.py", "def handler(event, context): return event"),
        function -> function.runtime("python3.13").handler("app.handler"));
    Functions.python(
        thaw,
        "snapped",
        "calls",
        function ->
            function
                .layers(layers())
                .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
    thaw.lambda().publishVersion(r -> r.functionName("snapped"));
    thaw.lambda()
        .waiter()
        .waitUntilPublishedVersionActive(
            r -> r.functionName("snapped").qualifier("1"),
            c -> c.maxAttempts(300).waitTimeout(Duration.ofMinutes(5)));

    Set<String> keys = new HashSet<>();
    for (int resume = 0; resume < 2; resume++) {
      Answer answer = resumed("{\"call\":\"answers\",\"with\":{\"n\":7}}");
      assertThat(answer.error()).as(answer.text()).isEmpty();
      JsonNode result = answer.json();
      assertThat(result.path("status").asInt()).isEqualTo(200);
      assertThat(result.path("answer").asString()).isEqualTo("{\"n\": 7}");
      assertThat(result.path("keyInEnvironment").asBoolean()).isFalse();
      keys.add(result.path("keyAtInit").asString());
      keys.add(result.path("key").asString());
    }
    assertThat(keys).as("one at INIT, and one of each resume").hasSize(3);
  }

  /** An answer out of a sandbox that was resumed for it: the one before may still be there. */
  private static Answer resumed(String event) {
    List<Answer> last = new ArrayList<>();
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> {
          last.add(Functions.invoke(thaw, "snapped:1", event));
          return last.getLast().report().group("origin").equals("function");
        });
    return last.getLast();
  }

  @Test
  void aFunctionWithLayersCallsAnother() throws IOException {
    Functions.create(
        thaw,
        "called",
        Zips.of("app.py", "def handler(event, context): return {'got': event, 'by': 'called'}"),
        function -> function.runtime("python3.13").handler("app.handler"));
    Functions.python(thaw, "calls", "calls", function -> function.layers(layers()));

    Answer answer = Functions.invoke(thaw, "calls", "{\"call\":\"called\",\"with\":{\"n\":7}}");

    assertThat(answer.error()).isEmpty();
    JsonNode result = answer.json();
    assertThat(result.path("status").asInt()).isEqualTo(200);
    assertThat(result.path("answer").asString())
        .isEqualTo("{\"got\": {\"n\": 7}, \"by\": \"called\"}");
    assertThat(result.path("forged").get(0).asInt()).isEqualTo(403);
    assertThat(result.path("forged").get(1).asString()).isEqualTo("InvalidSignatureException");
    assertThat(result.path("delete").get(1).asString()).isEqualTo("AccessDeniedException");
    assertThat(result.path("opt").toString()).isEqualTo("[\"only-lower\",\"python\",\"which\"]");
    assertThat(result.path("layers").asString()).isEqualTo("upper");
    assertThat(result.path("note").asString()).isEqualTo("of a layer");
    assertThat(result.path("keyInEnvironment").asBoolean()).isTrue();
    assertThat(result.path("keyAtInit").asString())
        .startsWith("ASIA")
        .isEqualTo(result.path("key").asString());
  }
}
