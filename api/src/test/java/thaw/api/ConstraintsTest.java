package thaw.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FileSystemConfig;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

class ConstraintsTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/service-role/r";

  private static LambdaException errorOf(SdkPojo request) {
    return catchThrowableOfType(LambdaException.class, () -> Constraints.check(request));
  }

  private static CreateFunctionRequest create(Consumer<CreateFunctionRequest.Builder> change) {
    var builder =
        CreateFunctionRequest.builder().functionName("f").role(ROLE).code(c -> c.s3Key("k"));
    change.accept(builder);
    return builder.build();
  }

  private static CreateFunctionRequest named(String name) {
    return create(b -> b.functionName(name));
  }

  @Test
  void aGoodRequestPasses() {
    assertThatCode(() ->
            Constraints.check(
                create(b ->
                    b.runtime("python3.13")
                        .handler("app.handler")
                        .timeout(900)
                        .memorySize(10_240)
                        .architecturesWithStrings("x86_64")
                        .environment(e -> e.variables(Map.of("A_1", "")))
                        .ephemeralStorage(e -> e.size(512))
                        .vpcConfig(v -> v.subnetIds("subnet-1").securityGroupIds("sg-1"))
                        .kmsKeyArn("")
                        .tags(Map.of("k", "ü v"))
                        .layers(List.of()))))
        .doesNotThrowAnyException();
  }

  @Test
  void aMissingMemberIsNamed() {
    assertThat(errorOf(CreateFunctionRequest.builder().build()))
        .hasMessage(
            "3 validation errors detected: "
                + "Value null at 'functionName' failed to satisfy constraint: Member must not be null; "
                + "Value null at 'role' failed to satisfy constraint: Member must not be null; "
                + "Value null at 'code' failed to satisfy constraint: Member must not be null");
  }

  @Test
  void aBareNameToCreateEndsAtSixtyFourCharacters() {
    assertThatCode(() -> Constraints.check(named("n".repeat(64)))).doesNotThrowAnyException();
    String name = "n".repeat(65);
    LambdaException error = errorOf(named(name));
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE);
    assertThat(error)
        .hasMessage(
            "1 validation error detected: Value '"
                + name
                + "' at 'functionName' failed to satisfy constraint: "
                + "Member must have length less than or equal to 64");
  }

  @Test
  void aNameInAnArnEndsAtOneHundredAndFortyCharacters() {
    LambdaException error = errorOf(named("function:" + "n".repeat(140)));
    assertThat(error.code()).isEqualTo(ErrorCode.VALIDATION);
    assertThat(error).hasMessageEndingWith("Member must have length less than or equal to 140");
  }

  @Test
  void aNameThatMatchesNoPatternIsToldThePattern() {
    assertThat(errorOf(GetFunctionRequest.builder().functionName("f/../g").build()))
        .hasMessageStartingWith(
            "1 validation error detected: Value 'f/../g' at 'functionName' failed to satisfy"
                + " constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?");
  }

  @Test
  void numbersHaveBounds() {
    assertThat(errorOf(create(b -> b.timeout(901).memorySize(127))))
        .hasMessage(
            "2 validation errors detected: "
                + "Value '901' at 'timeout' failed to satisfy constraint: "
                + "Member must have value less than or equal to 900; "
                + "Value '127' at 'memorySize' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 128");
    assertThat(errorOf(create(b -> b.ephemeralStorage(e -> e.size(511)))))
        .hasMessageContaining("Value '511' at 'ephemeralStorage.size' failed");
    assertThat(errorOf(ListFunctionsRequest.builder().maxItems(0).build()))
        .hasMessageContaining("Value '0' at 'maxItems' failed");
  }

  @Test
  void enumsAreListed() {
    assertThat(errorOf(InvokeRequest.builder().functionName("f").logType("Head").build()))
        .hasMessage(
            "1 validation error detected: Value 'Head' at 'logType' failed to satisfy constraint: "
                + "Member must satisfy enum value set: [None, Tail]");
  }

  @Test
  void elementsOfListsAreChecked() {
    assertThat(errorOf(create(b -> b.architecturesWithStrings("mips"))))
        .hasMessage(
            "1 validation error detected: Value '[mips]' at 'architectures' failed to satisfy"
                + " constraint: Member must satisfy constraint: [Member must satisfy enum value set:"
                + " [x86_64, arm64], Member must not be null]");
    assertThat(errorOf(create(b -> b.architecturesWithStrings("x86_64", "arm64"))))
        .hasMessageContaining(
            "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must"
                + " have length less than or equal to 1");
    assertThat(
            errorOf(
                create(b ->
                    b.fileSystemConfigs(
                        List.of(FileSystemConfig.builder().localMountPath("/mnt/x").build())))))
        .hasMessageContaining("Value null at 'fileSystemConfigs.1.member.arn' failed");
  }

  @Test
  void keysAndValuesOfMapsAreCheckedAndSecretsNotRepeated() {
    assertThat(errorOf(create(b -> b.environment(e -> e.variables(Map.of("9", "my-password"))))))
        .hasMessage(
            "1 validation error detected: Value at 'environment.variables' failed to satisfy"
                + " constraint: Map keys must satisfy constraint: [Member must satisfy regular"
                + " expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
    assertThat(errorOf(create(b -> b.tags(Map.of("k", "v".repeat(257))))))
        .hasMessageContaining(
            "at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member"
                + " must have length less than or equal to 256, ");
  }

  @Test
  void anUpdateNeedsOnlyTheName() {
    assertThatCode(() ->
            Constraints.check(
                UpdateFunctionConfigurationRequest.builder().functionName("f").build()))
        .doesNotThrowAnyException();
    assertThat(
            errorOf(
                UpdateFunctionConfigurationRequest.builder().functionName("f").role("me").build()))
        .hasMessageContaining("Value 'me' at 'role' failed");
  }

  @Test
  void longValuesAreNotRepeatedInFull() {
    assertThat(errorOf(create(b -> b.description("d".repeat(1_000_000)))).getMessage())
        .hasSizeLessThan(2_000)
        .contains("at 'description' failed");
  }

  /** Inputs that make a backtracking matcher run away or overflow its stack. */
  @ParameterizedTest
  @ValueSource(ints = {64, 1_024, 10_000, 1_000_000})
  void noPatternRunsAway(int length) {
    String letters = "a".repeat(length);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          errorOf(named("arn:aws" + letters + ":lambda:" + letters + "!"));
          errorOf(GetFunctionRequest.builder().functionName("aa-" + letters + "-1:!").build());
          errorOf(
              create(b ->
                  b.role("arn:aws" + letters + ":iam::123456789012:role/" + letters + "!")
                      .handler(letters + " ")
                      .kmsKeyArn("arn:aws" + "-".repeat(length) + ":" + letters)
                      .code(c -> c.s3Bucket(letters + ".").s3Key("\n" + letters))
                      .environment(e -> e.variables(Map.of(letters + "!", "")))
                      .tags(Map.of(letters + "!", letters + "!"))
                      .layers("arn:" + letters + ":lambda:::awslayer:" + letters + "!")
                      .loggingConfig(l -> l.logGroup(letters + "!"))));
        });
  }
}
