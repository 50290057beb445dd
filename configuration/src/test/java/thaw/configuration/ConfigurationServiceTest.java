package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.code;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.FileSystemConfig;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import software.amazon.awssdk.services.lambda.model.TracingMode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

class ConfigurationServiceTest {
  private static final FunctionReference F = named("f");

  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void open() throws IOException {
    opened = Opened.at(directory);
  }

  @AfterEach
  void close() {
    opened.close();
  }

  @Test
  void aCreatedFunctionIsPendingThenActive() throws IOException {
    FunctionConfiguration created = opened.service().create(F, request("1").build());

    assertThat(created.state()).isEqualTo(State.PENDING);
    assertThat(created.stateReason()).isEqualTo("The function is being created.");
    assertThat(created.stateReasonCode()).isEqualTo(StateReasonCode.CREATING);
    assertThat(created.lastUpdateStatusAsString()).isNull();
    FunctionConfiguration active = opened.settled(F);
    assertThat(active.state()).isEqualTo(State.ACTIVE);
    assertThat(active.stateReason()).isNull();
    assertThat(active.stateReasonCodeAsString()).isNull();
    assertThat(active.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
  }

  @Test
  void defaultsAreThoseOfAws() throws IOException {
    opened.service().create(F, request("1").build());
    FunctionConfiguration document = opened.settled(F);

    assertThat(document.functionName()).isEqualTo("f");
    assertThat(document.functionArn())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:f");
    assertThat(document.memorySize()).isEqualTo(128);
    assertThat(document.timeout()).isEqualTo(3);
    assertThat(document.ephemeralStorage().size()).isEqualTo(512);
    assertThat(document.description()).isEmpty();
    assertThat(document.packageType()).isEqualTo(PackageType.ZIP);
    assertThat(document.architectures()).containsExactly(Architecture.X86_64);
    assertThat(document.tracingConfig().mode()).isEqualTo(TracingMode.PASS_THROUGH);
    assertThat(document.snapStart().applyOn()).isEqualTo(SnapStartApplyOn.NONE);
    assertThat(document.snapStart().optimizationStatus())
        .isEqualTo(SnapStartOptimizationStatus.OFF);
    assertThat(document.loggingConfig().logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(document.loggingConfig().logGroup()).isEqualTo("/aws/lambda/f");
    assertThat(document.version()).isEqualTo("$LATEST");
    assertThat(document.codeSize()).isEqualTo(Functions.zip("1").length);
    assertThat(document.codeSha256()).hasSize(44);
    assertThat(document.revisionId()).hasSize(36);
    assertThat(document.lastModified())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000");
    assertThat(document.environment()).isNull();
    assertThat(document.vpcConfig()).isNull();
  }

  @Test
  void fieldsThatThawDoesNotActOnComeBack() throws IOException {
    opened
        .service()
        .create(
            F,
            request("1")
                .vpcConfig(vpc -> vpc.subnetIds("subnet-1").securityGroupIds("sg-1"))
                .tracingConfig(tracing -> tracing.mode(TracingMode.ACTIVE))
                .kmsKeyArn("arn:aws:kms:us-east-1:000000000000:key/k")
                .deadLetterConfig(d -> d.targetArn("arn:aws:sqs:us-east-1:000000000000:q"))
                .fileSystemConfigs(
                    List.of(
                        FileSystemConfig.builder()
                            .arn("arn:aws:elasticfilesystem:x")
                            .localMountPath("/mnt/x")
                            .build()))
                .tags(Map.of("team", "a"))
                .build());
    FunctionConfiguration document = opened.settled(F);

    assertThat(document.role()).isEqualTo(Functions.ROLE);
    assertThat(document.vpcConfig().subnetIds()).containsExactly("subnet-1");
    assertThat(document.vpcConfig().securityGroupIds()).containsExactly("sg-1");
    assertThat(document.tracingConfig().mode()).isEqualTo(TracingMode.ACTIVE);
    assertThat(document.kmsKeyArn()).endsWith("key/k");
    assertThat(document.deadLetterConfig().targetArn()).endsWith(":q");
    assertThat(document.fileSystemConfigs().getFirst().localMountPath()).isEqualTo("/mnt/x");
    assertThat(opened.service().get(F).tags()).containsEntry("team", "a");
  }

  @Test
  void theCodeOfAFunctionCanBeHadAsItWasUploaded() throws IOException {
    opened.service().create(F, request("print(1)").build());

    StoredFunction function = opened.service().get(F);

    assertThat(function.zip()).hasBinaryContent(Functions.zip("print(1)"));
    assertThat(function.configuration()).isEqualTo(opened.service().getConfiguration(F));
  }

  @Test
  void aSecondFunctionOfTheNameIsRefused() throws IOException {
    opened.service().create(F, request("1").build());

    assertThatThrownBy(() -> opened.service().create(F, request("2").build()))
        .hasMessage("Function already exist: f")
        .satisfies(hasCode(ErrorCode.RESOURCE_CONFLICT));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    String message = "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f";
    assertThatThrownBy(() -> opened.service().get(F)).hasMessage(message);
    assertThatThrownBy(() -> opened.service().getConfiguration(F)).hasMessage(message);
    assertThatThrownBy(() -> opened.service().resolve(F)).hasMessage(message);
    assertThatThrownBy(() -> opened.service().delete(F)).hasMessage(message);
    assertThatThrownBy(() -> opened.service().updateCode(F, code("1").build()))
        .hasMessage(message)
        .satisfies(hasCode(ErrorCode.RESOURCE_NOT_FOUND));
    assertThatThrownBy(() ->
            opened
                .service()
                .updateConfiguration(F, UpdateFunctionConfigurationRequest.builder().build()))
        .hasMessage(message);
    assertThatThrownBy(() -> opened.service().resolve(named("f:7"))).hasMessage(message + ":7");
  }

  @Test
  void resolvingGivesWhatAWorkerNeeds() throws IOException {
    opened
        .service()
        .create(
            F,
            request("1")
                .memorySize(512)
                .timeout(60)
                .environment(e -> e.variables(Map.of("A", "1")))
                .build());
    FunctionConfiguration document = opened.settled(F);

    FunctionVersion version = opened.service().resolve(F);

    assertThat(version)
        .isEqualTo(
            new FunctionVersion(
                "000000000000",
                "us-east-1",
                "f",
                "$LATEST",
                document.revisionId(),
                "python3.13",
                "app.handler",
                512,
                Duration.ofSeconds(60),
                512,
                Map.of("A", "1"),
                opened.service().get(F).codeSha256(),
                "/aws/lambda/f",
                "Text",
                Optional.empty(),
                false));
    assertThat(opened.code().image(version.codeSha256())).exists();
  }

  @Test
  void anAliasedRuntimeIsShownAsAskedForAndRunByAnother() throws IOException {
    ConfigurationSettings defaults = ConfigurationSettings.defaults();
    opened.close();
    opened =
        Opened.at(
            directory,
            new ConfigurationSettings(
                defaults.accountId(),
                defaults.region(),
                defaults.runtimes(),
                Map.of("python3.12", "python3.13"),
                1,
                10,
                defaults.publishAtOnce(),
                defaults.publishQueue(),
                defaults.inactiveAfter(),
                1,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1)));
    opened.service().create(F, request("1").runtime("python3.12").build());

    assertThat(opened.settled(F).runtimeAsString()).isEqualTo("python3.12");
    assertThat(opened.service().resolve(F).runtime()).isEqualTo("python3.13");
  }

  @Test
  void newCodeServesOnceItIsReady() throws IOException {
    opened.service().create(F, request("1").build());
    FunctionConfiguration before = opened.settled(F);

    FunctionConfiguration updating = opened.service().updateCode(F, code("2").build());

    assertThat(updating.lastUpdateStatus()).isEqualTo(LastUpdateStatus.IN_PROGRESS);
    assertThat(updating.state()).isEqualTo(State.ACTIVE);
    assertThat(updating.codeSha256()).isNotEqualTo(before.codeSha256());
    assertThat(updating.revisionId()).isNotEqualTo(before.revisionId());
    FunctionConfiguration after = opened.settled(F);
    assertThat(after.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
    assertThat(after.lastUpdateStatusReason()).isNull();
    assertThat(after.codeSha256()).isEqualTo(updating.codeSha256());
    assertThat(opened.service().resolve(F).codeSha256())
        .isEqualTo(opened.service().get(F).codeSha256());
  }

  @Test
  void aDryRunOfNewCodeChecksItAndChangesNothing() throws IOException {
    opened.service().create(F, request("1").build());
    FunctionConfiguration before = opened.settled(F);

    FunctionConfiguration would = opened.service().updateCode(F, code("2").dryRun(true).build());

    assertThat(would.codeSha256()).isNotEqualTo(before.codeSha256());
    assertThat(opened.service().getConfiguration(F)).isEqualTo(before);
    assertThatThrownBy(() ->
            opened
                .service()
                .updateCode(
                    F,
                    code("2")
                        .dryRun(true)
                        .zipFile(software.amazon.awssdk.core.SdkBytes.fromUtf8String("no zip"))
                        .build()))
        .satisfies(hasCode(ErrorCode.INVALID_PARAMETER_VALUE));
  }

  @Test
  void anUpdateChangesOnlyWhatItGives() throws IOException {
    opened
        .service()
        .create(
            F,
            request("1").description("d").environment(e -> e.variables(Map.of("A", "1"))).build());
    FunctionConfiguration before = opened.settled(F);

    opened.service().updateConfiguration(F, update().timeout(9).build());
    FunctionConfiguration after = opened.settled(F);

    assertThat(after.timeout()).isEqualTo(9);
    assertThat(after.toBuilder().timeout(3).revisionId("").lastModified("").build())
        .isEqualTo(before.toBuilder().revisionId("").lastModified("").build());
    assertThat(opened.service().resolve(F).timeout()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void everyFieldThatCanBeUpdatedIs() throws IOException {
    opened.service().create(F, request("1").build());
    opened.settled(F);

    opened
        .service()
        .updateConfiguration(
            F,
            update()
                .handler("b.c")
                .description("new")
                .memorySize(1024)
                .runtime("provided.al2023")
                .role(Functions.ROLE + "2")
                .environment(e -> e.variables(Map.of("B", "2")))
                .ephemeralStorage(e -> e.size(1024))
                .loggingConfig(l -> l.logFormat(LogFormat.JSON).logGroup("mine"))
                .tracingConfig(t -> t.mode(TracingMode.ACTIVE))
                .build());
    FunctionConfiguration after = opened.settled(F);

    assertThat(after.handler()).isEqualTo("b.c");
    assertThat(after.description()).isEqualTo("new");
    assertThat(after.memorySize()).isEqualTo(1024);
    assertThat(after.runtimeAsString()).isEqualTo("provided.al2023");
    assertThat(after.role()).endsWith("2");
    assertThat(after.environment().variables()).isEqualTo(Map.of("B", "2"));
    assertThat(after.ephemeralStorage().size()).isEqualTo(1024);
    assertThat(after.loggingConfig().logGroup()).isEqualTo("mine");
    assertThat(after.loggingConfig().systemLogLevelAsString()).isEqualTo("INFO");
    assertThat(after.tracingConfig().mode()).isEqualTo(TracingMode.ACTIVE);
    opened
        .service()
        .updateConfiguration(F, update().environment(e -> e.variables(Map.of())).build());
    assertThat(opened.settled(F).environment()).as("emptied").isNull();
  }

  @Test
  void emptyNamesTakeAwayWhatTheyName() throws IOException {
    opened
        .service()
        .create(
            F,
            request("1")
                .kmsKeyArn("arn:aws:kms:us-east-1:000000000000:key/k")
                .deadLetterConfig(d -> d.targetArn("arn:aws:sqs:us-east-1:000000000000:q"))
                .build());
    opened.settled(F);

    opened
        .service()
        .updateConfiguration(
            F, update().kmsKeyArn("").deadLetterConfig(d -> d.targetArn("")).build());

    assertThat(opened.settled(F).kmsKeyArn()).isNull();
    assertThat(opened.settled(F).deadLetterConfig()).isNull();
  }

  @Test
  void anUpdateOfAnotherRevisionIsRefused() throws IOException {
    opened.service().create(F, request("1").build());
    FunctionConfiguration now = opened.settled(F);
    String message =
        "The Revision Id provided does not match the latest Revision Id. Call the"
            + " GetFunction/GetAlias API to retrieve the latest Revision Id";

    assertThatThrownBy(() -> opened.service().updateCode(F, code("2").revisionId("other").build()))
        .hasMessage(message)
        .satisfies(hasCode(ErrorCode.PRECONDITION_FAILED));
    assertThatThrownBy(() ->
            opened
                .service()
                .updateConfiguration(F, update().timeout(9).revisionId("other").build()))
        .hasMessage(message);

    opened
        .service()
        .updateConfiguration(F, update().timeout(9).revisionId(now.revisionId()).build());
    assertThat(opened.settled(F).timeout()).isEqualTo(9);
  }

  @Test
  void aDeletedFunctionIsGoneAndItsNameIsFree() throws IOException {
    opened.service().create(F, request("1").build());
    opened.settled(F);

    opened.service().delete(F);

    assertThatThrownBy(() -> opened.service().resolve(F))
        .satisfies(hasCode(ErrorCode.RESOURCE_NOT_FOUND));
    opened.service().create(F, request("2").build());
    assertThat(opened.settled(F).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void theLatestVersionAloneCannotBeDeleted() throws IOException {
    opened.service().create(F, request("1").build());

    assertThatThrownBy(() -> opened.service().delete(named("f:$LATEST")))
        .hasMessage("$LATEST version cannot be deleted without deleting the function.");
  }

  @Test
  void theArnIsThatOfTheReference() throws IOException {
    opened.service().create(F, request("1").build());

    assertThat(opened.service().getConfiguration(named("f:$LATEST")).functionArn())
        .endsWith(":function:f:$LATEST");
  }

  @Test
  void listenersHearWhatServesFromNowOn() throws IOException {
    Queue<Optional<String>> heard = new ConcurrentLinkedQueue<>();
    opened.service().onChange((account, name, version, revision) -> heard.add(revision));
    opened
        .service()
        .onChange((account, name, version, revision) -> {
          throw new IllegalStateException("a broken listener hurts nobody");
        });

    opened.service().create(F, request("1").build());
    String first = opened.settled(F).revisionId();
    opened.service().updateConfiguration(F, update().timeout(9).build());
    String second = opened.settled(F).revisionId();
    opened.service().delete(F);

    assertThat(heard)
        .containsExactlyElementsOf(
            List.of(Optional.of(first), Optional.of(second), Optional.empty()));
  }

  @Test
  void everythingIsThereAfterReopening() throws IOException {
    opened.service().create(F, request("1").tags(Map.of("k", "v")).build());
    FunctionConfiguration before = opened.settled(F);
    FunctionVersion version = opened.service().resolve(F);
    opened.close();

    opened = Opened.at(directory);

    assertThat(opened.service().getConfiguration(F)).isEqualTo(before);
    assertThat(opened.service().resolve(F)).isEqualTo(version);
    assertThat(opened.service().get(F).tags()).containsEntry("k", "v");
  }

  private static UpdateFunctionConfigurationRequest.Builder update() {
    return UpdateFunctionConfigurationRequest.builder();
  }

  private static org.assertj.core.api.ThrowingConsumer<Throwable> hasCode(ErrorCode code) {
    return e -> assertThat(((LambdaException) e).code()).isEqualTo(code);
  }
}
