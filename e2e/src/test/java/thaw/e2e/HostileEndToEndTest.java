package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import tools.jackson.databind.JsonNode;

/**
 * Functions that mean harm. Each hurts only itself: another function is served after each. In VMs;
 * a subclass does the same in containers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileEndToEndTest {
  private static final long MEBIBYTE = 1L << 20;
  private static final long LOG_GROUP_MEBIBYTES = 4;
  private static final long LOG_SEGMENT_MEBIBYTES = 1;

  @RegisterExtension
  final ThawPlatform thaw =
      ThawPlatform.with(
          "none",
          "driver=" + driver(),
          "worker.initTimeout=20s",
          "logs.groupSize=" + LOG_GROUP_MEBIBYTES + "MiB",
          "logs.segmentSize=" + LOG_SEGMENT_MEBIBYTES + "MiB");

  /** The driver that the functions run on. */
  String driver() {
    return "microvm";
  }

  @BeforeAll
  void createFunctions() {
    Functions.python(thaw, "bystander", "hostile");
    Functions.python(thaw, "patient", "hostile");
    Functions.python(thaw, "impatient", "hostile", function -> function.timeout(3));
  }

  @AfterEach
  void anotherFunctionIsServed() {
    assertThat(attack("bystander", "nothing").text()).isEqualTo("\"served\"");
  }

  private Answer attack(String function, String attack) {
    return Functions.invoke(thaw, function, "{\"attack\":\"" + attack + "\"}");
  }

  private void assertServedAgain(String function) {
    // With three seconds for its INIT too, a function may need several tries on a busy host.
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> assertThat(attack(function, "nothing").text()).isEqualTo("\"served\""));
  }

  private static String errorType(Answer answer) {
    assertThat(answer.error()).contains("Unhandled");
    return answer.json().path("errorType").asString();
  }

  @Test
  void endlessOutputEndsWithTheTimeoutAndIsBoundedOnDisk() throws IOException {
    Answer answer = attack("impatient", "endless_output");
    assertThat(answer.json().path("errorMessage").asString())
        .endsWith("Task timed out after 3.00 seconds");
    assertThat(answer.log().length()).isLessThanOrEqualTo(4096);
    assertServedAgain("impatient");
    assertThat(bytesBelow(thaw.dataDirectory().resolve("logs")))
        .isBetween(MEBIBYTE / 2, (LOG_GROUP_MEBIBYTES + LOG_SEGMENT_MEBIBYTES + 1) * MEBIBYTE);
  }

  private static long bytesBelow(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      long bytes = 0;
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  @Test
  void aForkBombStaysInItsSandbox() {
    assertThat(errorType(attack("impatient", "fork_bomb")))
        .isIn("Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError");
    assertServedAgain("impatient");
  }

  @Test
  void aHandlerThatNeverReturnsTimesOut() {
    assertThat(errorType(attack("impatient", "endless_loop"))).isEqualTo("Sandbox.Timedout");
    assertServedAgain("impatient");
  }

  @Test
  void aMemoryHogIsKilledAtItsMemorySize() {
    Answer answer = attack("patient", "memory_hog");
    assertThat(errorType(answer)).isEqualTo("Runtime.OutOfMemory");
    assertThat(answer.json().path("errorMessage").asString())
        .isEqualTo(
            "RequestId: %s Error: Runtime exited with error: signal: killed"
                .formatted(answer.requestId()));
    assertThat(answer.report().group("error")).isEqualTo("Runtime.OutOfMemory");
    assertThat(Integer.parseInt(answer.report().group("used"))).isBetween(250, 256);
    assertServedAgain("patient");
  }

  @Test
  void aFunctionCannotShutItsGuestDown() {
    Answer answer = attack("patient", "shut_down");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode errors = answer.json();
    assertThat(errors.path("powerOff").asString()).isEqualTo("Operation not permitted");
    assertThat(errors.path("restart").asString()).isEqualTo("Operation not permitted");
    assertThat(errors.path("killInit").asString()).isEqualTo("Operation not permitted");
    assertThat(errors.path("sysrq").asString())
        .isIn("Permission denied", "Read-only file system", "No such file or directory");
    assertThat(errors.path("program").asBoolean()).isTrue();
    assertThat(attack("patient", "nothing").report().group("origin")).isEqualTo("warm");
  }

  @Test
  void garbageReachesNoDeviceButTheHarmlessOnes() {
    Answer answer = attack("patient", "device_garbage");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    assertThat(answer.json().values())
        .extracting(JsonNode::asString)
        .isSubsetOf("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero");
    assertThat(attack("patient", "nothing").report().group("origin")).isEqualTo("warm");
  }

  @Test
  void ofTwoAnswersTheFirstCounts() {
    Functions.provided(thaw, "answers-twice", "answers-twice.sh", function -> {});
    for (String event : List.of("\"one\"", "\"two\"", "\"three\"")) {
      Answer answer = Functions.invoke(thaw, "answers-twice", event);
      assertThat(answer.error()).isEmpty();
      assertThat(answer.text()).isEqualTo(event);
      assertThat(answer.log()).doesNotContain("second: 202", "other: 202");
    }
  }

  @Test
  void aRuntimeThatNeverAsksForItsInvocationTimesOut() {
    Functions.provided(thaw, "never-asks", "never-asks.sh", function -> function.timeout(1));
    Answer answer = Functions.invoke(thaw, "never-asks", "{}");
    assertThat(errorType(answer)).isEqualTo("Sandbox.Timedout");
    assertThat(answer.json().path("errorMessage").asString())
        .endsWith("Task timed out after 1.00 seconds");
  }

  @Test
  void anArchiveThatLeadsOutOfItsDirectoryIsRefused() {
    assertThatThrownBy(() ->
            Functions.create(
                thaw,
                "slip",
                Zips.of("../../etc/cron.d/slip", "* * * * * root id"),
                function -> function.runtime("python3.13").handler("app.handler")))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining("Could not unzip uploaded file");
    assertThat(Path.of("/etc/cron.d/slip")).doesNotExist();
  }
}
