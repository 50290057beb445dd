package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The red team: a function that tries, one way after another, to get out of its sandbox, to reach
 * its host and its neighbours, and to take more than it was given. After each attempt the platform
 * is the same process as before, and another function is served. In VMs; a subclass does the same
 * in containers. What a function does to itself, and to the Runtime API with answers, is in {@link
 * HostileEndToEndTest}; what QEMU can reach should it fall, in the jail's own tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedTeamEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** As much as its VM is made for. */
  private static final int LARGE_MB = 512;

  @RegisterExtension
  final ThawPlatform thaw =
      ThawPlatform.with("default", "driver=" + driver(), "worker.initTimeout=20s");

  private long platform;

  /** The driver that the functions run on. */
  String driver() {
    return "microvm";
  }

  @BeforeAll
  void createFunctions() {
    platform = thaw.pid();
    Functions.python(thaw, "bystander", "redteam");
    Functions.python(thaw, "attacker", "redteam");
    Functions.python(
        thaw, "large", "redteam", function -> function.timeout(100).memorySize(LARGE_MB));
  }

  @AfterEach
  void thePlatformIsTheSameAndAnotherFunctionIsServed() {
    assertThat(thaw.pid()).isEqualTo(platform);
    assertThat(Functions.invoke(thaw, "bystander", "{\"attack\":\"nothing\"}").text())
        .isEqualTo("\"served\"");
  }

  Answer attack(String attack) {
    return Functions.invoke(thaw, "attacker", "{\"attack\":\"" + attack + "\"}");
  }

  /** What of an attack succeeded. */
  private static List<String> successes(Answer answer) {
    assertThat(answer.error()).as(answer.text()).isEmpty();
    return answer.json().values().stream().map(JsonNode::asString).toList();
  }

  private void assertWarm() {
    assertThat(attack("nothing").report().group("origin")).isEqualTo("warm");
  }

  @Test
  void noCallForThePowerfulSucceeds() {
    assertThat(successes(attack("privileged"))).isEmpty();
    assertWarm();
  }

  @Test
  void theHostsKernelShowsNoMoreOfItselfThanItMust() {
    // In a VM the kernel is the guest's own, and falls alone.
    List<String> doors = successes(attack("kernel"));
    if (driver().equals("container")) {
      assertThat(doors).isEmpty();
    }
    assertWarm();
  }

  @Test
  void noFileOfTheSystemsOpens() {
    // A VM's tables are what QEMU gives to all alike, and only their directory opens.
    assertThat(successes(attack("files")))
        .isSubsetOf(driver().equals("container") ? Set.of() : Set.of("/sys/firmware/acpi/tables"));
    assertThat(successes(attack("switches"))).isEmpty();
    // The Runtime API once more, for Thaw's own runtimes.
    assertThat(successes(attack("unix_sockets"))).containsOnly("@thaw-runtime-api");
    assertWarm();
  }

  @Test
  void noSocketButOrdinaryOnesOpens() {
    assertThat(successes(attack("sockets"))).isEmpty();
    assertWarm();
  }

  @Test
  void scansFindNeitherTheHostNorItsNeighboursNorMetadata() throws IOException {
    try (ServerSocket everywhere =
        new ServerSocket(0)) { // a server of the host's, on all addresses
      List<String> addresses = new ArrayList<>();
      // Loopback is the sandbox's own; the rest is the gateway, the neighbours, clouds' metadata.
      addresses.addAll(
          List.of("127.0.0.1", "127.0.0.2", "0.0.0.0", "169.254.100.1", "169.254.100.2"));
      addresses.addAll(
          List.of("169.254.100.6", "169.254.169.254", "169.254.170.2", "100.100.100.200"));
      for (NetworkInterface of : NetworkInterface.networkInterfaces().toList()) {
        of.inetAddresses()
            .filter(java.net.Inet4Address.class::isInstance)
            .map(InetAddress::getHostAddress)
            .filter(address -> !addresses.contains(address))
            .forEach(addresses::add);
      }
      int api = URI.create(thaw.endpoint()).getPort();
      Answer answer =
          Functions.invoke(
              thaw,
              "attacker",
              "{\"attack\":\"scan\",\"seconds\":3,\"addresses\":[\"%s\"],\"ports\":[22,53,80,443,%d,%d]}"
                  .formatted(String.join("\",\"", addresses), api, everywhere.getLocalPort()));
      assertThat(successes(answer)).isEmpty();
    }
    assertWarm();
  }

  @Test
  void aFullDiskIsTheFunctionsOwn() {
    Answer answer = attack("disk");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode taken = answer.json();
    assertThat(taken.path("bytes").asString()).isIn("ENOSPC", "EFBIG");
    assertThat(taken.path("mebibytes").asInt()).isBetween(300, 512);
    assertThat(taken.path("files").asString()).isEqualTo("ENOSPC");
    assertThat(taken.path("count").asInt()).isBetween(1_000, 200_000);
    assertWarm();
  }

  @Test
  void descriptorsEnd() {
    assertThat(attack("descriptors").text()).isEqualTo("\"EMFILE\"");
    assertWarm();
  }

  /** Small steps leave time to take back, and read again, the code of those who run. */
  @ParameterizedTest
  @CsvSource({"attacker, 1048576", "attacker, 1024", "large, 1048576", "large, 1024"})
  void aChildThatTakesAllMemoryEndsTheSandbox(String function, int step) {
    Answer answer =
        Functions.invoke(
            thaw, function, "{\"attack\":\"child_takes_all_memory\",\"step\":%d}".formatted(step));
    assertThat(answer.error()).as(answer.text()).contains("Unhandled");
    assertThat(answer.json().path("errorType").asString()).isEqualTo("Runtime.OutOfMemory");
    assertThat(answer.json().path("errorMessage").asString())
        .endsWith("Error: Runtime exited with error: signal: killed");
    assertThat(Integer.parseInt(answer.report().group("used")))
        .isBetween(function.equals("large") ? LARGE_MB - 8 : 248, LARGE_MB);
    assertThat(Functions.invoke(thaw, function, "{\"attack\":\"nothing\"}").text())
        .isEqualTo("\"served\"");
  }

  /** At its limit all the time, with its own code taken back too, and yet it gets on. */
  @ParameterizedTest
  @CsvSource({"200, read", "200, mapped", "236, read", "236, mapped", "236, scattered"})
  void aFunctionThatReadsInWantOfMemoryIsLeftAlone(int mebibytes, String how) {
    Answer answer =
        Functions.invoke(
            thaw,
            "attacker",
            "{\"attack\":\"reads_in_want_of_memory\",\"mebibytes\":%d,\"file\":400,\"seconds\":10,\"how\":\"%s\"}"
                .formatted(mebibytes, how));
    assertThat(answer.error()).as(answer.text()).isEmpty();
    assertThat(answer.json().path("rounds").asInt()).isPositive();
    assertThat(answer.json().path("kept").asInt()).isEqualTo(mebibytes);
    assertThat(answer.report().group("used")).isEqualTo("256"); // it was at its limit
    assertWarm();
  }

  @Test
  void halfOpenConnectionsToTheRuntimeApiHarmNobody() {
    for (int round = 0; round < 2; round++) {
      Answer answer =
          Functions.invoke(thaw, "attacker", "{\"attack\":\"half_open\",\"connections\":100}");
      assertThat(answer.error()).as(answer.text()).isEmpty();
    }
    assertThat(attack("nothing").text()).isEqualTo("\"served\"");
  }

  @Test
  void forgedAnswersAreRefused() {
    attack("leave"); // a sandbox whose connections another attack may have used up
    Answer answer = attack("forged_answers");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    assertThat(answer.json().values())
        .extracting(JsonNode::asInt)
        .allMatch(status -> status >= 400 && status < 500);
    assertWarm();
  }

  @Test
  void aSandboxThatIsKilledFailsItsInvocationAndNothingElse() throws Exception {
    attack("nothing");
    Functions.python(thaw, "victim", "redteam");
    CompletableFuture<Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> Functions.invoke(thaw, "victim", "{\"attack\":\"wait\",\"seconds\":600}"));
    await().atMost(PATIENCE).until(() -> thaw.status().contains("\"BUSY\""));
    for (long pid : thaw.host().guests()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    Answer failed = waiting.get();
    assertThat(failed.error()).contains("Unhandled");
    assertThat(failed.json().path("errorType").asString()).isEqualTo("Runtime.ExitError");
    assertThat(failed.log()).containsOnlyOnce("REPORT RequestId: ");
    assertThat(Functions.invoke(thaw, "victim", "{\"attack\":\"nothing\"}").text())
        .isEqualTo("\"served\"");
  }
}
