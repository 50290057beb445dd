package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.code;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/** Functions on their way to Active: held up, failing, and cut short by the end of the process. */
class MakingReadyTest {
  private static final FunctionReference F = named("f");

  @TempDir Path directory;

  /** Lets code become ready one permit at a time. */
  private final Semaphore permits = new Semaphore(0);

  @Test
  void aPendingFunctionCanBeNeitherInvokedNorUpdated() throws IOException {
    try (Opened opened = held()) {
      opened.service().create(F, request("1").build());
      String message =
          "The operation cannot be performed at this time. The function is currently in the"
              + " following state: Pending";

      conflict(() -> opened.service().resolve(F), message);
      conflict(() -> opened.service().updateCode(F, code("2").build()), message);
      conflict(() -> opened.service().updateConfiguration(F, timeout(9)), message);

      permits.release();
      assertThat(opened.settled(F).state()).isEqualTo(State.ACTIVE);
    }
  }

  @Test
  void duringAnUpdateTheOldOneServesAndAnotherUpdateIsRefused() throws IOException {
    try (Opened opened = held()) {
      permits.release();
      opened.service().create(F, request("1").build());
      opened.settled(F);
      FunctionVersion before = opened.service().resolve(F);

      opened.service().updateCode(F, code("2").build());

      assertThat(opened.service().resolve(F)).isEqualTo(before);
      String message =
          "The operation cannot be performed at this time. An update is in progress for resource:"
              + " arn:aws:lambda:us-east-1:000000000000:function:f";
      conflict(() -> opened.service().updateCode(F, code("3").build()), message);
      conflict(() -> opened.service().updateConfiguration(F, timeout(9)), message);
      permits.release();
      opened.settled(F);
      assertThat(opened.service().resolve(F).codeSha256()).isNotEqualTo(before.codeSha256());
    }
  }

  /** The race: an answer that reads a commit before the commit is in the cache. */
  @Test
  void whoeverIsToldThatAFunctionIsActiveCanInvokeIt() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      for (int i = 0; i < 40; i++) {
        FunctionReference function = named("f" + i);
        opened.service().create(function, request("1").build());
        while (opened.service().getConfiguration(function).state() == State.PENDING) {
          Thread.onSpinWait();
        }
        assertThat(opened.service().resolve(function).name()).isEqualTo(function.name());
      }
    }
  }

  @Test
  void aFunctionWhoseCodeCannotBeMadeReadyIsFailedAndCanBeMended() throws IOException {
    try (Opened opened = failing()) {
      opened.service().create(F, request("1").build());

      FunctionConfiguration failed = opened.settled(F);

      assertThat(failed.state()).isEqualTo(State.FAILED);
      assertThat(failed.stateReason()).contains("no space left");
      conflict(
          () -> opened.service().resolve(F),
          "The operation cannot be performed at this time. The function is currently in the"
              + " following state: Failed");
    }
    try (Opened opened = Opened.at(directory)) {
      opened.service().updateCode(F, code("2").build());
      assertThat(opened.settled(F).state()).isEqualTo(State.ACTIVE);
    }
  }

  @Test
  void afterAFailedUpdateTheOldOneServes() throws IOException {
    FunctionConfiguration before;
    try (Opened opened = Opened.at(directory)) {
      opened.service().create(F, request("1").build());
      before = opened.settled(F);
    }
    try (Opened opened = failing()) {
      opened.service().updateCode(F, code("2").build());

      FunctionConfiguration failed = opened.settled(F);

      assertThat(failed.lastUpdateStatus()).isEqualTo(LastUpdateStatus.FAILED);
      assertThat(failed.lastUpdateStatusReason()).contains("no space left");
      assertThat(failed.state()).isEqualTo(State.ACTIVE);
      assertThat(failed.codeSha256()).isEqualTo(before.codeSha256());
      assertThat(opened.service().resolve(F).codeSha256())
          .isEqualTo(opened.service().get(F).codeSha256());
    }
  }

  @Test
  void whatWasUnderWayIsTakenUpByTheNextProcess() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      opened.service().create(named("updating"), request("1").build());
      opened.settled(named("updating"));
    }
    try (Opened dying =
        Opened.at(
            directory,
            hash -> {
              throw new AssertionError("the process ends here, as far as this function can tell");
            })) {
      dying.service().create(named("creating"), request("1").build());
      dying.service().updateCode(named("updating"), code("2").build());
    }

    try (Opened opened = Opened.at(directory)) {
      assertThat(opened.settled(named("creating")).state()).isEqualTo(State.ACTIVE);
      assertThat(opened.settled(named("updating")).lastUpdateStatus())
          .isEqualTo(LastUpdateStatus.SUCCESSFUL);
    }
  }

  @Test
  void aFunctionThatIsDeletedMeanwhileStaysDeleted() throws IOException {
    try (Opened opened = held()) {
      opened.service().create(F, request("1").build());
      opened.service().delete(F);
      FunctionConfiguration second = opened.service().create(F, request("2").build());

      permits.release(2);

      assertThat(opened.settled(F).codeSha256()).isEqualTo(second.codeSha256());
    }
  }

  @Test
  void moreThanMayWaitAreThrottled() throws IOException {
    ConfigurationSettings defaults = ConfigurationSettings.defaults();
    try (Opened opened =
        Opened.at(
            directory,
            held,
            new ConfigurationSettings(
                defaults.accountId(),
                defaults.region(),
                defaults.runtimes(),
                defaults.runtimeAliases(),
                1,
                2,
                defaults.publishAtOnce(),
                defaults.publishQueue(),
                defaults.inactiveAfter(),
                1,
                defaults.databaseWait(),
                defaults.collectCodeEvery()))) {
      opened.service().create(named("a"), request("1").build());
      opened.service().create(named("b"), request("1").build());

      assertThatThrownBy(() -> opened.service().create(named("c"), request("1").build()))
          .isInstanceOfSatisfying(
              LambdaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));

      permits.release(2);
      opened.settled(named("b"));
      permits.release();
      opened.service().create(named("c"), request("1").build());
      assertThat(opened.settled(named("c")).state()).isEqualTo(State.ACTIVE);
    }
  }

  private final ImagePreparation held = hash -> permits.acquireUninterruptibly();

  private Opened held() throws IOException {
    return Opened.at(directory, held);
  }

  private Opened failing() throws IOException {
    return Opened.at(
        directory,
        hash -> {
          throw new IOException("no space left on device");
        });
  }

  private static UpdateFunctionConfigurationRequest timeout(int seconds) {
    return UpdateFunctionConfigurationRequest.builder().timeout(seconds).build();
  }

  private static void conflict(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .hasMessage(message)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_CONFLICT));
  }
}
