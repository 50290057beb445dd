package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.code;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/** Published versions: how they come, stay as they are, and go. */
class VersionsTest {
  private static final FunctionReference F = named("f");
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";

  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void createFunction() throws IOException {
    opened = Opened.at(directory);
    opened.service().create(F, request("1").description("d").build());
    opened.settled(F);
  }

  @AfterEach
  void close() {
    opened.close();
  }

  @Test
  void aVersionIsPendingAndThenActiveUnderAnArnOfItsOwn() {
    FunctionConfiguration latest = opened.service().getConfiguration(F);

    FunctionConfiguration published = publish();
    FunctionConfiguration active = opened.settled(named("f:1"));

    assertThat(published.state()).isEqualTo(State.PENDING);
    assertThat(published.stateReasonCodeAsString()).isEqualTo("Creating");
    assertThat(active.state()).isEqualTo(State.ACTIVE);
    assertThat(active.stateReason()).isNull();
    assertThat(active.version()).isEqualTo("1");
    assertThat(active.functionArn()).isEqualTo(ARN + ":1");
    assertThat(active.description()).isEqualTo("d");
    assertThat(active.codeSha256()).isEqualTo(latest.codeSha256());
    assertThat(active.revisionId())
        .isEqualTo(published.revisionId())
        .isNotEqualTo(latest.revisionId());
    assertThat(opened.service().getConfiguration(F)).isEqualTo(latest);
  }

  @Test
  void aVersionStaysWhatItWasWhenTheFunctionChanges() throws IOException {
    publish();
    FunctionConfiguration version = opened.settled(named("f:1"));
    FunctionVersion runs = opened.service().resolve(named("f:1"));

    opened.service().updateCode(F, code("2").build());
    opened.settled(F);
    opened.service().updateConfiguration(F, timeout(9));
    opened.settled(F);

    assertThat(opened.service().getConfiguration(named("f:1"))).isEqualTo(version);
    assertThat(opened.service().resolve(named("f:1"))).isEqualTo(runs);
    assertThat(runs.version()).isEqualTo("1");
    assertThat(runs.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(opened.service().resolve(F).codeSha256()).isNotEqualTo(runs.codeSha256());
    invalid(() -> opened.service().updateConfiguration(named("f:1"), timeout(4)))
        .hasMessageContaining(ARN + ":1");
    invalid(() -> opened.service().updateCode(named("f:1"), code("3").build()))
        .hasMessageContaining(ARN + ":1");
  }

  @Test
  void publishingWithoutAChangeGivesTheLastVersion() {
    FunctionConfiguration first = publish();

    assertThat(publish(r -> r.description("another")).revisionId()).isEqualTo(first.revisionId());
    opened.service().updateConfiguration(F, timeout(9));
    opened.settled(F);
    FunctionConfiguration second = publish(r -> r.description("another"));

    assertThat(second.version()).isEqualTo("2");
    assertThat(second.description()).isEqualTo("another");
    assertThat(publish().version()).isEqualTo("2");
    opened.service().updateConfiguration(F, timeout(3));
    opened.settled(F);
    assertThat(publish().version()).as("like the first, but not like the last").isEqualTo("3");
  }

  @Test
  void publishingMayNeedACodeAndARevision() {
    FunctionConfiguration latest = opened.service().getConfiguration(F);

    invalid(() -> publish(r -> r.codeSha256("AAAA")))
        .hasMessage(
            "CodeSHA256 (AAAA) is different from current CodeSHA256 in $LATEST (%s). Please try"
                    .formatted(latest.codeSha256())
                + " again with the CodeSHA256 in $LATEST.");
    refused(ErrorCode.PRECONDITION_FAILED, () -> publish(r -> r.revisionId("other")))
        .hasMessageStartingWith("The Revision Id provided does not match");
    assertThat(
            publish(r -> r.codeSha256(latest.codeSha256()).revisionId(latest.revisionId()))
                .version())
        .isEqualTo("1");
    invalid(() -> publish(r -> r.publishTo("LATEST_PUBLISHED"))).hasMessageContaining("PublishTo");
    refused(
            ErrorCode.RESOURCE_NOT_FOUND,
            () -> opened.service().publish(named("g"), PublishVersionRequest.builder().build()))
        .hasMessage("Function not found: arn:aws:lambda:us-east-1:000000000000:function:g");
    invalid(() -> opened.service().publish(named("f:1"), PublishVersionRequest.builder().build()));
  }

  @Test
  void numbersAreNeverUsedAgain() throws IOException {
    publish();
    opened.service().delete(named("f:1"));
    assertThat(publish().version()).isEqualTo("2");
    opened.service().delete(F);

    opened.service().create(F, request("1").build());
    opened.settled(F);

    assertThat(publish().version()).isEqualTo("3");
  }

  @Test
  void creatingAndUpdatingPublishIfAsked() throws IOException {
    FunctionReference g = named("g");

    FunctionConfiguration first = opened.service().create(g, request("1").publish(true).build());
    opened.settled(named("g:1"));
    opened.settled(g);
    FunctionConfiguration same =
        opened.service().publish(g, PublishVersionRequest.builder().build());
    FunctionConfiguration second = opened.service().updateCode(g, code("2").publish(true).build());
    opened.settled(named("g:2"));

    assertThat(first.version()).isEqualTo("1");
    assertThat(same.version()).isEqualTo("1");
    assertThat(second.version()).isEqualTo("2");
    assertThat(second.functionArn()).endsWith(":g:2");
    assertThat(opened.service().resolve(named("g:1")).codeSha256())
        .isNotEqualTo(opened.service().resolve(named("g:2")).codeSha256());
    assertThat(opened.settled(g).codeSha256()).isEqualTo(second.codeSha256());
  }

  @Test
  void deletingAVersionLeavesTheRest() {
    publish();
    opened.service().updateConfiguration(F, timeout(9));
    opened.settled(F);
    publish();

    opened.service().delete(named("f:1"));

    refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().resolve(named("f:1")))
        .hasMessage("Function not found: " + ARN + ":1");
    refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().get(named("f:1")))
        .hasMessage("Function not found: " + ARN + ":1");
    assertThat(opened.settled(named("f:2")).state()).isEqualTo(State.ACTIVE);
    opened.service().delete(named("f:1"));
    opened.service().delete(named("f:99999999999999999999"));
    invalid(() -> opened.service().delete(named("f:prod")))
        .hasMessage("Deletion of aliases is not currently supported.");
    refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().delete(named("g:1")));
  }

  @Test
  void deletingTheFunctionDeletesItsVersions() {
    publish();
    opened.settled(named("f:1"));

    opened.service().delete(F);

    refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().resolve(named("f:1")))
        .hasMessage("Function not found: " + ARN + ":1");
    refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().getConfiguration(named("f:1")));
  }

  @Test
  void onlyNumbersAsTheyAreWrittenMeanAVersion() {
    publish();
    opened.settled(named("f:1"));
    for (String qualifier : List.of("01", "0", "2", "one", "4294967297")) {
      refused(
          ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().resolve(named("f:" + qualifier)));
      refused(ErrorCode.RESOURCE_NOT_FOUND, () -> opened.service().get(named("f:" + qualifier)));
    }
  }

  @Test
  void versionsAndTheirCodeAreThereAfterReopening() throws IOException {
    publish();
    FunctionConfiguration before = opened.settled(named("f:1"));
    FunctionVersion runs = opened.service().resolve(named("f:1"));
    opened.service().updateCode(F, code("2").build());
    opened.settled(F);
    opened.close();

    opened = Opened.at(directory);

    assertThat(opened.service().getConfiguration(named("f:1"))).isEqualTo(before);
    assertThat(opened.service().resolve(named("f:1"))).isEqualTo(runs);
    assertThat(opened.service().get(named("f:1")).zip()).exists();
    opened.service().delete(named("f:1"));
    Path zip = opened.code().zip(runs.codeSha256());
    opened.close();
    opened = Opened.at(directory);
    assertThat(zip).doesNotExist();
  }

  @Test
  void versionsAreListedInPagesWithLatestFirst() {
    for (int i = 1; i <= 3; i++) {
      publish();
      opened.service().updateConfiguration(F, timeout(10 + i));
      opened.settled(F);
    }
    opened.service().delete(named("f:2"));

    var first = opened.service().listVersions(F, versions().maxItems(2).build());
    var second =
        opened.service().listVersions(F, versions().maxItems(2).marker(first.nextMarker()).build());

    assertThat(first.versions())
        .extracting(FunctionConfiguration::functionArn)
        .containsExactly(ARN + ":$LATEST", ARN + ":1");
    assertThat(second.versions())
        .extracting(FunctionConfiguration::functionArn)
        .containsExactly(ARN + ":3");
    assertThat(second.nextMarker()).isNull();
    assertThat(first.versions().getLast().stateAsString()).isNull();
    assertThat(opened.service().listVersions(F, versions().build()).versions()).hasSize(3);
    assertThat(opened.service().listVersions(F, versions().maxItems(1).build()).versions())
        .extracting(FunctionConfiguration::version)
        .containsExactly("$LATEST");
    refused(
        ErrorCode.RESOURCE_NOT_FOUND,
        () -> opened.service().listVersions(named("g"), versions().build()));
  }

  @Test
  void allVersionsOfAllFunctionsAreListedInPages() throws IOException {
    opened.service().create(named("e"), request("1").publish(true).build());
    opened.service().create(named("g"), request("1").build());
    publish();
    List<String> arns = new ArrayList<>();
    String marker = null;
    do {
      var page =
          opened
              .service()
              .list(
                  "000000000000",
                  ListFunctionsRequest.builder()
                      .functionVersion("ALL")
                      .maxItems(2)
                      .marker(marker)
                      .build());
      page.functions().forEach(f -> arns.add(f.functionArn().replaceAll(".*:function:", "")));
      marker = page.nextMarker();
    } while (marker != null);

    assertThat(arns).containsExactly("e:$LATEST", "e:1", "f:$LATEST", "f:1", "g:$LATEST");
  }

  @Test
  void listenersHearWhichVersionServesWhat() {
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    opened
        .service()
        .onChange((account, name, version, revision) ->
            heard.add(version + " " + revision.map(r -> "serves").orElse("gone")));

    publish();
    opened.settled(named("f:1"));
    opened.service().delete(F);

    assertThat(heard).containsExactlyInAnyOrder("1 serves", "1 gone", "$LATEST gone");
  }

  private FunctionConfiguration publish() {
    return publish(r -> {});
  }

  private FunctionConfiguration publish(Consumer<PublishVersionRequest.Builder> change) {
    return opened
        .service()
        .publish(F, PublishVersionRequest.builder().applyMutation(change).build());
  }

  private static ListVersionsByFunctionRequest.Builder versions() {
    return ListVersionsByFunctionRequest.builder();
  }

  private static UpdateFunctionConfigurationRequest timeout(int seconds) {
    return UpdateFunctionConfigurationRequest.builder().timeout(seconds).build();
  }

  private static AbstractThrowableAssert<?, ?> invalid(ThrowingCallable call) {
    return refused(ErrorCode.INVALID_PARAMETER_VALUE, call);
  }

  private static AbstractThrowableAssert<?, ?> refused(ErrorCode code, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(LambdaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
