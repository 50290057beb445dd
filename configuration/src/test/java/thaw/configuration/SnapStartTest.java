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
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/** Versions whose snapshot is taken when they are published, given up, and taken again. */
class SnapStartTest {
  private static final FunctionReference F = named("f");
  private static final FunctionReference F1 = named("f:1");

  @TempDir Path directory;

  private final Queue<FunctionVersion> taken = new ConcurrentLinkedQueue<>();
  private final Semaphore permits = new Semaphore(0);

  /** Takes a snapshot per permit. */
  private final SnapshotPreparation held =
      version -> {
        permits.acquire();
        taken.add(version);
        return Optional.empty();
      };

  @Test
  void aVersionIsPendingUntilItsSnapshotIsTaken() throws IOException {
    try (Opened opened = opened(held)) {
      create(opened);
      FunctionConfiguration published = publish(opened);

      assertThat(published.snapStart().optimizationStatus())
          .isEqualTo(SnapStartOptimizationStatus.OFF);
      refused(opened, F1, ErrorCode.RESOURCE_CONFLICT, "Pending");
      permits.release();
      FunctionConfiguration active = opened.settled(F1);

      assertThat(active.state()).isEqualTo(State.ACTIVE);
      assertThat(active.snapStart().applyOn()).isEqualTo(SnapStartApplyOn.PUBLISHED_VERSIONS);
      assertThat(active.snapStart().optimizationStatus()).isEqualTo(SnapStartOptimizationStatus.ON);
      FunctionVersion runs = opened.service().resolve(F1);
      assertThat(runs.snapStart()).isTrue();
      assertThat(taken).containsExactly(runs);
      assertThat(opened.service().serving())
          .filteredOn(FunctionVersion::snapStart)
          .containsExactly(runs);
      assertThat(opened.service().getConfiguration(F).snapStart().optimizationStatus())
          .isEqualTo(SnapStartOptimizationStatus.OFF);
      assertThat(opened.service().resolve(F).snapStart()).isFalse();
    }
  }

  @Test
  void aVersionWhoseSnapshotFailsSaysWhyAndTheNextIsAnotherOne() throws IOException {
    try (Opened opened =
        opened(version ->
            Optional.of(
                new SnapshotPreparation.Failure(
                    StateReasonCode.FUNCTION_ERROR_INIT_TIMEOUT, "INIT took more than 10 s")))) {
      create(opened);
      publish(opened);

      FunctionConfiguration failed = opened.settled(F1);

      assertThat(failed.state()).isEqualTo(State.FAILED);
      assertThat(failed.stateReasonCodeAsString()).isEqualTo("FunctionError.InitTimeout");
      assertThat(failed.stateReason()).isEqualTo("INIT took more than 10 s");
      refused(opened, F1, ErrorCode.RESOURCE_CONFLICT, "Failed");
      assertThat(publish(opened).version()).isEqualTo("2");
    }
  }

  @Test
  void aSnapshotThatCannotBeTakenIsAnInternalError() throws IOException {
    try (Opened opened =
        opened(version -> {
          throw new IOException("no space left on device");
        })) {
      create(opened);
      publish(opened);

      FunctionConfiguration failed = opened.settled(F1);

      assertThat(failed.state()).isEqualTo(State.FAILED);
      assertThat(failed.stateReasonCode()).isEqualTo(StateReasonCode.INTERNAL_ERROR);
      assertThat(failed.stateReason()).contains("no space left");
    }
  }

  @Test
  void whereThereAreNoSnapshotsAVersionRunsWithoutAndSaysSo() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      create(opened);
      publish(opened);

      FunctionConfiguration active = opened.settled(F1);

      assertThat(active.state()).isEqualTo(State.ACTIVE);
      assertThat(active.snapStart().applyOn()).isEqualTo(SnapStartApplyOn.PUBLISHED_VERSIONS);
      assertThat(active.snapStart().optimizationStatus())
          .isEqualTo(SnapStartOptimizationStatus.OFF);
      assertThat(opened.service().resolve(F1).snapStart()).isFalse();
    }
  }

  @Test
  void versionsWithoutSnapStartHaveNoSnapshot() throws IOException {
    try (Opened opened = opened(held)) {
      opened.service().create(F, request("1").publish(true).build());

      assertThat(opened.settled(F1).state()).isEqualTo(State.ACTIVE);
      assertThat(taken).isEmpty();
      assertThat(opened.service().serving()).filteredOn(FunctionVersion::snapStart).isEmpty();
    }
  }

  @Test
  void runtimesThatCannotBeFrozenRefuseSnapStart() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      String message = "provided.al2023 is not supported for SnapStart enabled functions.";
      assertThatThrownBy(() ->
              opened
                  .service()
                  .create(
                      F,
                      request("1")
                          .runtime("provided.al2023")
                          .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS))
                          .build()))
          .hasMessage(message);
      create(opened);
      assertThatThrownBy(() ->
              opened
                  .service()
                  .updateConfiguration(
                      F,
                      UpdateFunctionConfigurationRequest.builder()
                          .runtime("provided.al2023")
                          .build()))
          .hasMessage(message);
      opened
          .service()
          .updateConfiguration(
              F,
              UpdateFunctionConfigurationRequest.builder()
                  .runtime("provided.al2023")
                  .snapStart(s -> s.applyOn(SnapStartApplyOn.NONE))
                  .build());
      assertThat(opened.settled(F).snapStart().applyOn()).isEqualTo(SnapStartApplyOn.NONE);
    }
  }

  @Test
  void aSnapshotThatWasUnderWayIsTakenByTheNextProcess() throws IOException {
    try (Opened dying =
        opened(version -> {
          throw new AssertionError("the process ends here, as far as this version can tell");
        })) {
      create(dying);
      publish(dying);
    }
    permits.release();
    try (Opened opened = opened(held)) {
      assertThat(opened.settled(F1).state()).isEqualTo(State.ACTIVE);
      assertThat(taken).hasSize(1);
    }
  }

  @Test
  void aSnapshotThatIsReadyAfterItsVersionWasDeletedIsGivenUp() throws IOException {
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    try (Opened opened = opened(held)) {
      create(opened);
      publish(opened);
      opened.service().delete(F1);
      opened
          .service()
          .onChange((account, name, version, revision) -> heard.add(version + revision));

      permits.release();

      Awaitility.await().until(() -> heard.contains("1Optional.empty"));
      assertThat(taken).hasSize(1);
      assertThatThrownBy(() -> opened.service().resolve(F1)).hasMessageContaining("not found");
    }
  }

  @Test
  void aVersionNotUsedForLongIsInactiveUntilAnInvocationWakesIt() throws IOException {
    permits.release();
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    try (Opened opened = opened(held, Duration.ofSeconds(1))) {
      create(opened);
      publish(opened);
      opened.settled(F1);
      opened
          .service()
          .onChange((account, name, version, revision) -> heard.add(version + revision));

      FunctionConfiguration inactive = awaited(opened, State.INACTIVE);

      assertThat(inactive.stateReasonCode()).isEqualTo(StateReasonCode.IDLE);
      assertThat(inactive.snapStart().optimizationStatus())
          .isEqualTo(SnapStartOptimizationStatus.OFF);
      assertThat(heard).containsExactly("1Optional.empty");
      assertThat(opened.service().serving()).filteredOn(FunctionVersion::snapStart).isEmpty();
      refused(opened, F1, ErrorCode.SNAP_START_NOT_READY, "Lambda is initializing your function");
      assertThat(awaited(opened, State.PENDING).stateReasonCode())
          .isEqualTo(StateReasonCode.RESTORING);
      refused(opened, F1, ErrorCode.SNAP_START_NOT_READY, "Lambda is initializing your function");
      permits.release();
      awaited(opened, State.ACTIVE);
      assertThat(taken).hasSize(2);
      assertThat(List.copyOf(taken).get(0)).isEqualTo(List.copyOf(taken).get(1));
    }
  }

  @Test
  void aVersionThatCannotBeWokenStaysInactiveAndSaysWhy() throws IOException {
    SnapshotPreparation onlyOnce =
        version -> {
          taken.add(version);
          return taken.size() == 1
              ? Optional.empty()
              : Optional.of(
                  new SnapshotPreparation.Failure(
                      StateReasonCode.FUNCTION_ERROR_RUNTIME_INIT_ERROR, "INIT failed"));
        };
    try (Opened opened = opened(onlyOnce, Duration.ofSeconds(1))) {
      create(opened);
      publish(opened);
      awaited(opened, State.INACTIVE);

      refused(opened, F1, ErrorCode.SNAP_START_NOT_READY, "Lambda is initializing");

      Awaitility.await()
          .until(() -> "INIT failed".equals(opened.service().getConfiguration(F1).stateReason()));
      assertThat(opened.service().getConfiguration(F1).state()).isEqualTo(State.INACTIVE);
    }
  }

  @Test
  void aVersionThatIsInvokedStaysActive() throws IOException {
    permits.release();
    try (Opened opened = opened(held, Duration.ofSeconds(2))) {
      create(opened);
      publish(opened);
      opened.settled(F1);

      Awaitility.await()
          .during(Duration.ofSeconds(5))
          .atMost(Duration.ofSeconds(30))
          .until(() -> opened.service().resolve(F1).snapStart());
    }
    try (Opened again = opened(held, Duration.ofDays(1))) {
      again.service().updateCode(F, code("2").build());
      assertThat(again.service().resolve(F1).snapStart()).isTrue();
    }
  }

  private Opened opened(SnapshotPreparation snapshots) throws IOException {
    return opened(snapshots, Duration.ofDays(14));
  }

  private Opened opened(SnapshotPreparation snapshots, Duration inactiveAfter) throws IOException {
    ConfigurationSettings defaults = ConfigurationSettings.defaults();
    return Opened.withSnapshots(
        directory,
        snapshots,
        new ConfigurationSettings(
            defaults.accountId(),
            defaults.region(),
            defaults.runtimes(),
            defaults.runtimeAliases(),
            defaults.makeReadyAtOnce(),
            defaults.makeReadyQueue(),
            defaults.publishAtOnce(),
            defaults.publishQueue(),
            inactiveAfter,
            defaults.databaseReaders(),
            defaults.databaseWait(),
            defaults.collectCodeEvery()));
  }

  private static void create(Opened opened) throws IOException {
    opened
        .service()
        .create(
            F, request("1").snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)).build());
    opened.settled(F);
  }

  private static FunctionConfiguration publish(Opened opened) {
    return opened.service().publish(F, PublishVersionRequest.builder().build());
  }

  private static FunctionConfiguration awaited(Opened opened, State state) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> opened.service().getConfiguration(F1), document -> document.state() == state);
  }

  private static void refused(
      Opened opened, FunctionReference function, ErrorCode code, String message) {
    assertThatThrownBy(() -> opened.service().resolve(function))
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(LambdaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
