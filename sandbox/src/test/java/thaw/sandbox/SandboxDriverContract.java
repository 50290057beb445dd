package thaw.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every sandbox driver must do. A driver's tests extend it. Most tests share one sandbox,
 * since starting one takes seconds where guests are emulated.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SandboxDriverContract {
  private static final int MEMORY_SIZE_MB = 128;
  private static final int EPHEMERAL_MB = 512;
  private static final long DEATH_TIMEOUT_SECONDS = 30;

  private @Nullable SandboxDriver driver;
  private @Nullable Guest shared;

  /** Opens the driver under test. */
  protected abstract SandboxDriver openDriver() throws Exception;

  /** A runtime whose image has a shell and the usual small tools. */
  protected abstract String runtime();

  /** A read-only disk image with a file {@code hello} that says {@code hello from code}. */
  protected abstract Path codeImage() throws Exception;

  /** Everything on the host that belongs to sandboxes of the driver, named for people. */
  protected abstract List<String> leftovers() throws Exception;

  /** What a sandbox with nothing but its agent in it has at least. */
  protected abstract long leastResidentBytes();

  /** Called last, after the driver was closed. */
  protected abstract void cleanUp() throws Exception;

  protected final Guest shared() {
    return Objects.requireNonNull(shared);
  }

  protected final SandboxDriver driver() {
    return Objects.requireNonNull(driver);
  }

  protected final SandboxSpec spec(boolean network) throws Exception {
    return new SandboxSpec(runtime(), codeImage(), MEMORY_SIZE_MB, EPHEMERAL_MB, network)
        .withOpt(Optional.of(codeImage()));
  }

  @BeforeAll
  void start() throws Exception {
    driver = openDriver();
    shared = Guest.start(driver(), spec(false));
  }

  @AfterAll
  void stop() throws Exception {
    if (driver != null) {
      driver.close();
    }
    cleanUp();
  }

  @Test
  void aProgramsOutputAndExitCodeArrive() throws Exception {
    Guest.Outcome outcome = shared().run("echo out; echo err >&2; exit 7");

    assertThat(outcome.output()).contains("out\n", "err\n");
    assertThat(outcome.exit().code()).isEqualTo(7);
  }

  @Test
  void theCodeImageIsMountedReadOnly() throws Exception {
    Guest.Outcome outcome = shared().run("cat /var/task/hello; touch /var/task/x; echo $?");

    assertThat(outcome.output()).contains("hello from code").doesNotEndWith("\n0\n");
  }

  @Test
  void theImageOfTheLayersIsMountedReadOnly() throws Exception {
    Guest.Outcome outcome = shared().run("cat /opt/hello; touch /opt/x; echo $?");

    assertThat(outcome.output()).contains("hello from code").doesNotEndWith("\n0\n");
  }

  @Test
  void temporaryStorageHasTheConfiguredSizeAndIsEmpty() throws Exception {
    Guest.Outcome outcome =
        shared().run("ls -A /tmp | wc -l; touch /tmp/x && rm /tmp/x && df -Pk /tmp | tail -n 1");

    String[] lines = outcome.output().strip().split("\n", -1);
    assertThat(lines[0].strip()).isEqualTo("0");
    long kib = Long.parseLong(lines[1].strip().split("\\s+", -1)[1]);
    assertThat(kib).isBetween(EPHEMERAL_MB * 1024L * 9 / 10, EPHEMERAL_MB * 1024L);
  }

  @Test
  void temporaryStorageThatIsFullIsAnErrorInTheGuestOnly() throws Exception {
    Guest.Outcome outcome =
        shared().run("dd if=/dev/zero of=/tmp/big bs=1M count=600 2>&1; rm /tmp/big");

    assertThat(outcome.output()).contains("No space left on device");
    assertThat(shared().run("echo alive").output()).isEqualTo("alive\n");
  }

  @Test
  void aPausedSandboxStandsStillAndAResumedOneGoesOn() throws Exception {
    shared().sandbox().pause();
    shared().sandbox().pause();
    CompletableFuture<String> output = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> complete(output, () -> shared().run("echo ran").output()));

    assertThatThrownBy(() -> output.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    shared().sandbox().resume();
    shared().sandbox().resume();
    assertThat(output.get(DEATH_TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo("ran\n");
  }

  private static <T> void complete(CompletableFuture<T> future, Callable<T> work) {
    try {
      future.complete(work.call());
    } catch (Exception e) {
      future.completeExceptionally(e);
    }
  }

  @Test
  void aProgramThatTakesMoreMemoryThanItsLimitIsKilledAlone() throws Exception {
    Guest.Outcome outcome =
        shared().run("head -c 200M /dev/zero | tail -c 150M | wc -c", 32L << 20);

    assertThat(outcome.exit().outOfMemory()).isTrue();
    assertThat(shared().run("echo alive").output()).isEqualTo("alive\n");
  }

  @Test
  void withoutNetworkThereIsNoWayOut() throws Exception {
    assertThat(shared().sandbox().network()).isEmpty();
    assertThat(shared().run("cat /proc/net/route | wc -l").output().strip()).isEqualTo("1");
  }

  @Test
  void residentMemoryIsThatOfARunningGuest() {
    assertThat(shared().sandbox().residentBytes()).isBetween(leastResidentBytes(), 1L << 30);
  }

  @Test
  void anUnknownRuntimeIsRefusedWithTheListOfThoseThatAreThere() {
    assertThatThrownBy(() ->
            driver()
                .start(
                    new SandboxSpec("cobol", codeImage(), MEMORY_SIZE_MB, EPHEMERAL_MB, false),
                    new RecordingListener()))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("cobol")
        .hasMessageContaining(runtime());
  }

  @Test
  void aGuestThatPowersOffIsDeadWithAReasonAndLeavesNothingOnceClosed() throws Exception {
    var before = leftovers();
    Guest guest = Guest.start(driver(), spec(false));
    assertThat(leftovers()).isNotEqualTo(before);

    guest.sandbox().agent().powerOff();
    String reason = guest.sandbox().died().get(DEATH_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    guest.close();

    assertThat(reason).contains("powered off");
    assertThat(leftovers()).isEqualTo(before);
  }

  @Test
  void aSandboxThatCannotStartLeavesNothing() throws Exception {
    var before = leftovers();

    assertThatThrownBy(() ->
            driver()
                .start(
                    new SandboxSpec(
                        runtime(), Path.of("/nonexistent"), MEMORY_SIZE_MB, EPHEMERAL_MB, false),
                    new RecordingListener()))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("/nonexistent");

    assertThat(leftovers()).isEqualTo(before);
  }
}
