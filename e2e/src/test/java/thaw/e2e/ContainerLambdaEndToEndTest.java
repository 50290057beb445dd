package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The same functions, in containers, and what would take minutes under emulation. */
class ContainerLambdaEndToEndTest extends LambdaEndToEndTest {
  @Override
  String driver() {
    return "container";
  }

  @Test
  void everyPackageOfTheAwsSdkForJavaScriptLoads() {
    Functions.create(
        thaw,
        "awssdk",
        Zips.of("index.mjs", Zips.source("awssdk.mjs")),
        f -> f.runtime("nodejs24.x").handler("index.handler").memorySize(2048).timeout(120));
    JsonNode loaded = Functions.invoke(thaw, "awssdk", "{}").json();
    assertThat(StreamSupport.stream(loaded.path("names").spliterator(), false))
        .extracting(JsonNode::asString)
        .contains("client-bedrock-runtime", "client-ec2", "client-eventbridge", "client-kms")
        .contains("credential-providers", "lib-dynamodb", "lib-storage", "s3-request-presigner")
        .hasSizeGreaterThan(250);
    assertThat(loaded.path("failures")).isEmpty();
  }
}
