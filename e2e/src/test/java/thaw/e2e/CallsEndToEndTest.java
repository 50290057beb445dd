package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import tools.jackson.databind.JsonNode;

/**
 * Functions with layers that call other functions, in VMs that have no network: with credentials of
 * their own, and only to invoke.
 */
class CallsEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  private static String layer(String name, SdkBytes zip) {
    return thaw.lambda()
        .publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(zip)))
        .layerVersionArn();
  }

  @Test
  void aFunctionWithLayersCallsAnother() throws IOException {
    Functions.create(
        thaw,
        "called",
        Zips.of("app.py", "def handler(event, context): return {'got': event, 'by': 'called'}"),
        function -> function.runtime("python3.13").handler("app.handler"));
    String lower = layer("lower", Zips.of("which", "lower", "only-lower", "x"));
    String upper = layer("upper", Zips.of("which", "upper"));
    Functions.python(thaw, "calls", "calls", function -> function.layers(lower, upper));

    Answer answer = Functions.invoke(thaw, "calls", "{\"call\":\"called\",\"with\":{\"n\":7}}");

    assertThat(answer.error()).isEmpty();
    JsonNode result = answer.json();
    assertThat(result.path("status").asInt()).isEqualTo(200);
    assertThat(result.path("answer").asString())
        .isEqualTo("{\"got\": {\"n\": 7}, \"by\": \"called\"}");
    assertThat(result.path("forged").get(0).asInt()).isEqualTo(403);
    assertThat(result.path("forged").get(1).asString()).isEqualTo("InvalidSignatureException");
    assertThat(result.path("delete").get(1).asString()).isEqualTo("AccessDeniedException");
    assertThat(result.path("opt").toString()).isEqualTo("[\"only-lower\",\"which\"]");
    assertThat(result.path("layers").asString()).isEqualTo("upper");
    assertThat(result.path("keyInEnvironment").asBoolean()).isTrue();
    assertThat(result.path("keyAtInit").asString())
        .startsWith("ASIA")
        .isEqualTo(result.path("key").asString());
  }
}
