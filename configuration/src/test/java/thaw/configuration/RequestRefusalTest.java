package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** Requests that AWS refuses, and those that Thaw refuses since it cannot do what they ask. */
class RequestRefusalTest {
  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void open() throws IOException {
    opened = Opened.at(directory);
  }

  @AfterEach
  void nothingWasCreated() {
    assertThat(
            opened
                .service()
                .list("000000000000", ListFunctionsRequest.builder().build())
                .functions())
        .isEmpty();
    opened.close();
  }

  @Test
  void aRuntimeThatIsNotOfferedIsRefusedWithThoseThatAre() {
    refused(r -> r.runtime("cobol85"))
        .hasMessage(
            "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum value"
                + " set: [nodejs22.x, nodejs24.x, python3.13, java21, java25, ruby3.3, provided.al2023]"
                + " or be a valid ARN");
  }

  @Test
  void runtimeAndHandlerAreMandatory() {
    String message =
        "Runtime and Handler are mandatory parameters for functions created with deployment"
            + " packages.";
    refused(r -> r.runtime((String) null)).hasMessage(message);
    refused(r -> r.handler(null)).hasMessage(message);
  }

  @Test
  void armIsRefused() {
    refused(r -> r.architectures(Architecture.ARM64))
        .hasMessage(
            "Architecture arm64 is not offered by Thaw yet: this host and its guests are x86_64,"
                + " which cannot run code built for arm64; build it for x86_64");
  }

  @Test
  void reservedVariablesAreRefusedByName() {
    refused(r ->
            r.environment(e -> e.variables(Map.of("AWS_REGION", "x", "_HANDLER", "y", "A", "b"))))
        .hasMessage(
            "Lambda was unable to configure your environment variables because the environment"
                + " variables you have provided contains reserved keys that are currently not"
                + " supported for modification. Reserved keys used in this request: AWS_REGION,"
                + " _HANDLER");
  }

  @Test
  void fourKilobytesOfVariablesAreTheMost() {
    String fits = "v".repeat(4096 - "{\"A\":\"\"}".length());
    assertThat(Environments.checked(environment(Map.of("A", fits)))).isPresent();
    refused(r -> r.environment(environment(Map.of("A", fits + "v"))))
        .hasMessageContaining("exceeded the 4KB limit. String measured: {\"A\":\"vvv");
    assertThatThrownBy(() -> Environments.checked(environment(Map.of("A", "ü".repeat(2_100)))))
        .hasMessageContaining("4KB");
  }

  @Test
  void codeMustBeAGoodArchive() {
    refused(r -> r.code(FunctionCode.builder().build()))
        .hasMessage("Please provide a source for function code.");
    refused(r -> r.code(c -> c.zipFile(SdkBytes.fromUtf8String("nonsense"))))
        .hasMessageStartingWith("Could not unzip uploaded file.");
  }

  @Test
  void whatThawCannotDoYetIsRefusedRatherThanIgnored() {
    Map<String, Consumer<CreateFunctionRequest.Builder>> requests = new TreeMap<>();
    requests.put("PublishTo", r -> r.publishTo("LATEST_PUBLISHED"));
    requests.put("CodeSigningConfigArn", r -> r.codeSigningConfigArn("arn"));
    requests.put("TenancyConfig", r -> r.tenancyConfig(t -> t.tenantIsolationMode("PER_TENANT")));
    requests.put("DurableConfig", r -> r.durableConfig(d -> d.executionTimeout(60)));
    requests.put("CapacityProviderConfig", r -> r.capacityProviderConfig(c -> {}));

    requests.forEach((what, change) ->
        refused(change).hasMessageStartingWith(what + " is not offered by Thaw yet: "));
  }

  @Test
  void whatDoesNotGoWithThePackagesTypeIsRefused() {
    refused(r -> r.packageType(PackageType.IMAGE))
        .hasMessageStartingWith("Please don't provide Handler or Runtime or Layer");
    refused(r -> r.packageType(PackageType.IMAGE).handler(null).runtime((String) null))
        .hasMessageStartingWith("Please provide ImageUri when creating");
    refused(r -> r.code(c -> c.imageUri("i")))
        .hasMessageStartingWith("Please don't provide ImageUri when creating");
    refused(r -> r.imageConfig(c -> c.command("x")))
        .hasMessageStartingWith("Please don't provide ImageConfig");
  }

  @Test
  void logLevelsNeedJson() {
    refused(r -> r.loggingConfig(l -> l.applicationLogLevel("DEBUG")))
        .hasMessageContaining("LogFormat is JSON");
  }

  @Test
  void updatesRefuseTheSame() throws IOException {
    opened.service().create(named("f"), request("1").build());
    opened.settled(named("f"));
    refusedUpdate(r -> r.layers("arn:aws:lambda:us-east-1:000000000000:layer:l:1"));
    refusedUpdate(r -> r.runtime("cobol85"));
    refusedUpdate(r -> r.environment(environment(Map.of("AWS_REGION", "x"))));
    refusedUpdate(r -> r.imageConfig(c -> {}));
    refusedCode(r -> {});
    refusedCode(r -> r.s3Bucket("b"));
    refusedCode(r -> r.imageUri("i"));
    refusedCode(r -> r.publishTo("LATEST_PUBLISHED"));
    refusedCode(r -> r.architectures(Architecture.ARM64));
    opened.service().delete(named("f"));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(
      Consumer<CreateFunctionRequest.Builder> change) {
    CreateFunctionRequest.Builder builder = request("1");
    change.accept(builder);
    return invalid(() -> opened.service().create(named("f"), builder.build()));
  }

  private void refusedUpdate(Consumer<UpdateFunctionConfigurationRequest.Builder> change) {
    UpdateFunctionConfigurationRequest.Builder builder =
        UpdateFunctionConfigurationRequest.builder();
    change.accept(builder);
    invalid(() -> opened.service().updateConfiguration(named("f"), builder.build()));
  }

  private void refusedCode(Consumer<UpdateFunctionCodeRequest.Builder> change) {
    UpdateFunctionCodeRequest.Builder builder = UpdateFunctionCodeRequest.builder();
    change.accept(builder);
    invalid(() -> opened.service().updateCode(named("f"), builder.build()));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> invalid(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE));
  }

  private static software.amazon.awssdk.services.lambda.model.Environment environment(
      Map<String, String> variables) {
    return software.amazon.awssdk.services.lambda.model.Environment.builder()
        .variables(variables)
        .build();
  }
}
