package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.model.InvocationResult;
import thaw.model.InvocationTimings;

/** The AWS SDK for Java 2 against the frontend. */
class SdkClientTest {
  @TempDir Path directory;
  private TestFrontend frontend;
  private LambdaClient lambda;

  @BeforeEach
  void start() throws IOException {
    frontend = TestFrontend.start(directory);
    lambda =
        LambdaClient.builder()
            .endpointOverride(frontend.endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .httpClient(Apache5HttpClient.create())
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    lambda.close();
    frontend.close();
  }

  private void create(String name) {
    lambda.createFunction(r ->
        r.functionName(name)
            .runtime("python3.13")
            .role(TestFrontend.ROLE)
            .handler("app.handler")
            .tags(Map.of("team", "blue"))
            .environment(e -> e.variables(Map.of("KEY", "value")))
            .code(c -> c.zipFile(SdkBytes.fromByteArray(TestFrontend.zip("app.py", "1")))));
    lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
  }

  @Test
  void aFunctionLives() {
    create("f");
    var function = lambda.getFunction(r -> r.functionName("f"));
    assertThat(function.configuration().state()).isEqualTo(State.ACTIVE);
    assertThat(function.configuration().environment().variables())
        .isEqualTo(Map.of("KEY", "value"));
    assertThat(function.tags()).isEqualTo(Map.of("team", "blue"));
    String before = function.configuration().codeSha256();

    lambda.updateFunctionConfiguration(r -> r.functionName("f").timeout(9).memorySize(256));
    lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
    assertThat(lambda.getFunctionConfiguration(r -> r.functionName("f")).timeout()).isEqualTo(9);

    lambda.updateFunctionCode(
        r -> r.functionName("f").zipFile(SdkBytes.fromByteArray(TestFrontend.zip("app.py", "2"))));
    lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
    assertThat(lambda.getFunctionConfiguration(r -> r.functionName("f")).codeSha256())
        .isNotEqualTo(before);

    lambda.deleteFunction(r -> r.functionName("f"));
    assertThatThrownBy(() -> lambda.getFunction(r -> r.functionName("f")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void invokes() {
    create("f");
    var answer =
        lambda.invoke(r ->
            r.functionName("arn:aws:lambda:us-east-1:000000000000:function:f")
                .qualifier("$LATEST")
                .logType(LogType.TAIL)
                .payload(SdkBytes.fromUtf8String("{\"a\":1}")));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.payload().asUtf8String()).isEqualTo("{\"a\":1}");
    assertThat(answer.executedVersion()).isEqualTo("$LATEST");
    assertThat(answer.logResult()).isNotEmpty();
    assertThat(answer.functionError()).isNull();
    assertThat(
            lambda
                .invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN))
                .statusCode())
        .isEqualTo(204);
  }

  @Test
  void noFunctionHasACodeSigningConfig() throws IOException {
    frontend.createActive("f");
    var answer = lambda.getFunctionCodeSigningConfig(r -> r.functionName("f"));
    assertThat(answer.functionName()).isEqualTo("f");
    assertThat(answer.codeSigningConfigArn()).isNull();
    assertThatThrownBy(() -> lambda.getFunctionCodeSigningConfig(r -> r.functionName("g")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void layersHavePolicies() throws IOException {
    byte[] zip = TestFrontend.zip("python/a.py", "");
    lambda.publishLayerVersion(
        r -> r.layerName("l").content(c -> c.zipFile(SdkBytes.fromByteArray(zip))));
    var added =
        lambda.addLayerVersionPermission(r ->
            r.layerName("l")
                .versionNumber(1L)
                .statementId("one")
                .action("lambda:GetLayerVersion")
                .principal("*"));
    assertThat(added.statement()).contains("\"Sid\":\"one\"");
    var policy = lambda.getLayerVersionPolicy(r -> r.layerName("l").versionNumber(1L));
    assertThat(policy.revisionId()).isEqualTo(added.revisionId());
    assertThat(policy.policy()).contains(added.statement());
    assertThatThrownBy(() ->
            lambda.removeLayerVersionPermission(
                r -> r.layerName("l").versionNumber(1L).statementId("one").revisionId("x")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() ->
            lambda.addLayerVersionPermission(r ->
                r.layerName("l")
                    .versionNumber(1L)
                    .statementId("o.ne")
                    .action("lambda:InvokeFunction")
                    .principal("someone")))
        .hasMessageContaining("3 validation errors detected");
    lambda.removeLayerVersionPermission(
        r -> r.layerName("l").versionNumber(1L).statementId("one").revisionId(added.revisionId()));
    assertThatThrownBy(() -> lambda.getLayerVersionPolicy(r -> r.layerName("l").versionNumber(1L)))
        .isInstanceOf(ResourceNotFoundException.class);
    // Another account's is nobody's to change.
    assertThatThrownBy(() ->
            lambda.deleteLayerVersion(r ->
                r.layerName("arn:aws:lambda:us-east-1:111111111111:layer:l").versionNumber(1L)))
        .isInstanceOfSatisfying(
            LambdaException.class, e -> assertThat(e.statusCode()).isEqualTo(403));
  }

  @Test
  void layersLive() throws IOException, InterruptedException {
    byte[] zip = TestFrontend.zip("python/lib.py", "x = 1");
    var published =
        lambda.publishLayerVersion(r ->
            r.layerName("l")
                .description("a layer")
                .compatibleRuntimes(Runtime.PYTHON3_13)
                .compatibleArchitectures(Architecture.X86_64, Architecture.ARM64)
                .content(c -> c.zipFile(SdkBytes.fromByteArray(zip))));
    assertThat(published.version()).isEqualTo(1);
    assertThat(published.compatibleArchitectures()).hasSize(2);
    try (var http = java.net.http.HttpClient.newHttpClient()) {
      var link =
          java.net.http.HttpRequest.newBuilder(java.net.URI.create(published.content().location()))
              .build();
      assertThat(http.send(link, java.net.http.HttpResponse.BodyHandlers.ofByteArray()).body())
          .isEqualTo(zip);
    }
    var got = lambda.getLayerVersion(r -> r.layerName(published.layerArn()).versionNumber(1L));
    assertThat(got.description()).isEqualTo("a layer");
    assertThat(
            lambda.getLayerVersionByArn(r -> r.arn(published.layerVersionArn())).layerVersionArn())
        .isEqualTo(published.layerVersionArn());
    assertThat(lambda.listLayersPaginator().layers())
        .extracting(l -> l.latestMatchingVersion().layerVersionArn())
        .containsExactly(published.layerVersionArn());

    create("f");
    lambda.updateFunctionConfiguration(
        r -> r.functionName("f").layers(published.layerVersionArn()));
    lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
    lambda.deleteLayerVersion(r -> r.layerName("l").versionNumber(1L));

    assertThat(lambda.listLayerVersions(r -> r.layerName("l")).layerVersions()).isEmpty();
    assertThat(lambda.getFunction(r -> r.functionName("f")).configuration().layers())
        .extracting(l -> l.arn())
        .containsExactly(published.layerVersionArn());
    assertThatThrownBy(() -> lambda.getLayerVersion(r -> r.layerName("l").versionNumber(1L)))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThatThrownBy(() ->
            lambda.publishLayerVersion(
                r -> r.layerName("l!").content(c -> c.zipFile(SdkBytes.fromByteArray(zip)))))
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
  }

  @Test
  void tagsLive() {
    create("f");
    String arn = lambda.getFunction(r -> r.functionName("f")).configuration().functionArn();
    assertThat(lambda.listTags(r -> r.resource(arn)).tags()).isEqualTo(Map.of("team", "blue"));
    lambda.tagResource(r -> r.resource(arn).tags(Map.of("stage", "a b=c", "cost", "")));
    lambda.untagResource(r -> r.resource(arn).tagKeys("team", "cost"));
    assertThat(lambda.listTags(r -> r.resource(arn)).tags()).isEqualTo(Map.of("stage", "a b=c"));
    assertThat(lambda.getFunction(r -> r.functionName("f")).tags())
        .isEqualTo(Map.of("stage", "a b=c"));
    assertThatThrownBy(() -> lambda.tagResource(r -> r.resource(arn).tags(Map.of("aws:x", "y"))))
        .isInstanceOf(InvalidParameterValueException.class);
    assertThatThrownBy(() -> lambda.tagResource(r -> r.resource(arn).tags(Map.of("a*", "y"))))
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
    assertThatThrownBy(() -> lambda.listTags(r -> r.resource(arn + "x")))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThatThrownBy(() ->
            lambda.listTags(r ->
                r.resource(
                    "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void theAccountTellsItsLimitsAndUsage() {
    create("f");
    var settings = lambda.getAccountSettings();
    assertThat(settings.accountLimit().codeSizeUnzipped()).isEqualTo(262_144_000);
    assertThat(settings.accountLimit().codeSizeZipped()).isEqualTo(52_428_800);
    assertThat(settings.accountLimit().totalCodeSize()).isEqualTo(80_530_636_800L);
    assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
    assertThat(settings.accountUsage().functionCount()).isEqualTo(1);
    assertThat(settings.accountUsage().totalCodeSize())
        .isEqualTo(lambda.getFunction(r -> r.functionName("f")).configuration().codeSize());
  }

  @Test
  void aVersionLives() {
    create("f");
    var published = lambda.publishVersion(r -> r.functionName("f").description("first"));
    assertThat(published.version()).isEqualTo("1");
    assertThat(published.functionArn()).endsWith(":function:f:1");
    lambda.waiter().waitUntilPublishedVersionActive(r -> r.functionName("f").qualifier("1"));
    assertThat(lambda.getFunction(r -> r.functionName("f:1")).configuration().description())
        .isEqualTo("first");
    assertThat(lambda.invoke(r -> r.functionName("f").qualifier("1")).executedVersion())
        .isEqualTo("1");
    assertThatThrownBy(() -> lambda.invoke(r -> r.functionName("f").qualifier("7")))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining(
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:7");
    assertThatThrownBy(() -> lambda.publishVersion(r -> r.functionName("f").revisionId("another")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(
            lambda
                .listVersionsByFunctionPaginator(r -> r.functionName("f").maxItems(1))
                .versions()
                .stream()
                .map(FunctionConfiguration::version))
        .containsExactly("$LATEST", "1");
    assertThat(
            lambda.listFunctions(r -> r.functionVersion(FunctionVersion.ALL)).functions().stream()
                .map(FunctionConfiguration::functionArn))
        .allMatch(arn -> arn.contains(":function:f:"))
        .hasSize(2);
    assertThatThrownBy(() -> lambda.deleteFunction(r -> r.functionName("f").qualifier("$LATEST")))
        .isInstanceOf(InvalidParameterValueException.class);
    lambda.deleteFunction(r -> r.functionName("f"));
    assertThatThrownBy(() -> lambda.getFunctionConfiguration(r -> r.functionName("f:1")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void seesWhenAFunctionFails() {
    create("f");
    frontend.invoker((version, invocation) ->
        new InvocationResult(
            new byte[] {'{', '}'},
            Optional.of("Unhandled"),
            new byte[0],
            new InvocationTimings(0, 0, 1)));
    assertThat(lambda.invoke(r -> r.functionName("f")).functionError()).isEqualTo("Unhandled");
  }

  @Test
  void paginates() {
    for (int i = 0; i < 5; i++) {
      create("f" + i);
    }
    assertThat(
            lambda.listFunctionsPaginator(r -> r.maxItems(2)).functions().stream()
                .map(FunctionConfiguration::functionName))
        .containsExactly("f0", "f1", "f2", "f3", "f4");
  }

  @Test
  void errorsAreOfTheSdksTypes() {
    create("f");
    assertThatThrownBy(() -> create("f")).isInstanceOf(ResourceConflictException.class);
    assertThatThrownBy(() -> lambda.invoke(r -> r.functionName("nobody")))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining(
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody")
        .hasMessageContaining("Request ID: ");
    assertThatThrownBy(() -> lambda.invoke(r -> r.functionName("f:a").qualifier("b")))
        .isInstanceOf(InvalidParameterValueException.class);
    assertThatThrownBy(() ->
            lambda.invoke(r ->
                r.functionName("f").payload(SdkBytes.fromByteArray(new byte[6 * 1024 * 1024 + 1]))))
        .isInstanceOf(RequestTooLargeException.class);
    assertThatThrownBy(() -> lambda.listEventSourceMappings())
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(501);
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo("NotImplementedException");
              assertThat(e).hasMessageContaining("Thaw does not offer ListEventSourceMappings yet");
            });
    assertThatThrownBy(
            () -> lambda.updateFunctionConfiguration(r -> r.functionName("f").timeout(901)))
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
  }
}
