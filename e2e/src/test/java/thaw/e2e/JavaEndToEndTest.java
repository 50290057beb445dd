package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import tools.jackson.databind.JsonNode;

/** A java function in real VMs, one per JVM that is offered. */
class JavaEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  @TempDir private Path classes;

  @ParameterizedTest
  @CsvSource({"java21, false", "java25, true"})
  void aJavaFunctionSeesWhatAwsLetsItSeeAndItsErrorsComeBack(String runtime, boolean inLayer)
      throws IOException {
    JavaSources.compile("Facts", Zips.source("Facts.java"), classes);
    SdkBytes jar = Zips.of("Facts.class", Files.readAllBytes(classes.resolve("Facts.class")));
    List<String> layers = new ArrayList<>();
    if (inLayer) {
      SdkBytes layer = Zips.of("java/lib/facts.jar", jar.asByteArray());
      layers.add(
          thaw.lambda()
              .publishLayerVersion(r -> r.layerName("facts").content(c -> c.zipFile(layer)))
              .layerVersionArn());
    }
    Functions.create(
        thaw,
        runtime,
        inLayer ? Zips.of("README", "the code is in a layer") : jar,
        function ->
            function
                .layers(layers)
                .runtime(runtime)
                .handler("Facts::handle")
                .memorySize(512)
                .environment(e -> e.variables(Map.of("COLOR", "grün"))));
    Answer answer = Functions.invoke(thaw, runtime, "{\"name\":\"Ada\"}");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode seen = answer.json();
    assertThat(seen.path("version").asString()).isEqualTo(runtime.substring("java".length()));
    assertThat(seen.path("color").asString()).isEqualTo("grün");
    assertThat(seen.path("execution").asString()).isEqualTo("AWS_Lambda_" + runtime);
    assertThat(seen.path("directory").asString()).isEqualTo("/var/task");
    assertThat(seen.path("heapMiB").asInt()).isBetween(380, 436);
    assertThat(seen.path("trusted").asInt()).isGreaterThan(100);
    assertThat(seen.path("temporary").asInt()).isZero();
    assertThat(answer.log()).contains("served Ada\n").doesNotContain("WARNING");

    Answer failed = Functions.invoke(thaw, runtime, "{}");
    assertThat(failed.error()).contains("Unhandled");
    assertThat(failed.json().path("errorType").asString())
        .isEqualTo("java.lang.IllegalArgumentException");
    assertThat(failed.json().path("stackTrace").path(0).asString())
        .startsWith("Facts.handle(Facts.java:");
    assertThat(failed.report().group("origin")).isEqualTo("warm");
  }
}
