package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkException;

/** The platform's process is killed as by {@code kill -9}. */
class CrashEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** With network, so that there is a passt to be left over. */
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("default");

  private static CompletableFuture<Answer> invokeFor(int seconds) {
    String event = "{\"mark\":1,\"seconds\":%d}".formatted(seconds);
    return CompletableFuture.supplyAsync(
        () -> Functions.invoke(thaw, "survivor", event), task -> Thread.ofVirtual().start(task));
  }

  private static void assertNothingLives() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(thaw.host().everything(thaw.instances())).isEmpty());
  }

  @Test
  void nothingOutlivesAKilledPlatformAndTheNextOneServesItsFunctions() throws Exception {
    Functions.python(thaw, "survivor", "slow");
    Answer before = invokeFor(0).join();
    assertThat(before.error()).isEmpty();

    // Killed while a handler runs.
    CompletableFuture<Answer> running = invokeFor(Functions.PATIENT_SECONDS);
    await().atMost(PATIENCE).until(() -> logged("begun") == 2);
    assertThat(List.of("java", "runc", "lifeline", "qemu", "passt"))
        .allSatisfy(name -> assertThat(processNames()).anyMatch(n -> n.startsWith(name)));
    assertThat(HostState.controlGroups(thaw.instances())).isNotEmpty();
    thaw.kill();
    assertThat(running)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(SdkException.class);
    assertNothingLives();

    // Killed while a sandbox starts.
    thaw.start();
    CompletableFuture<Answer> starting = invokeFor(0);
    await()
        .atMost(PATIENCE)
        .until(() -> processNames().stream().anyMatch(name -> name.startsWith("qemu")));
    thaw.kill();
    assertThat(starting).failsWithin(PATIENCE);
    assertNothingLives();

    // Killed right after it said that a function was created.
    thaw.start();
    Functions.python(thaw, "newcomer", "slow");
    thaw.kill();
    assertNothingLives();

    thaw.start();
    assertThat(thaw.host().instances()).hasSize(1);
    assertThat(thaw.lambda().listFunctions().functions())
        .extracting(function -> function.functionName())
        .containsExactlyInAnyOrder("survivor", "newcomer");
    Answer after = invokeFor(0).join();
    assertThat(after.error()).isEmpty();
    assertThat(after.json().path("sandbox")).isNotEqualTo(before.json().path("sandbox"));
  }

  private static List<String> processNames() throws IOException {
    return thaw.host().processes().stream().map(p -> p.replaceFirst(".* ", "")).toList();
  }

  /** How often a line is in the functions' logs. */
  private static long logged(String message) throws IOException {
    long count = 0;
    try (Stream<Path> tree = Files.walk(thaw.dataDirectory().resolve("logs"))) {
      List<Path> segments = tree.filter(Files::isRegularFile).toList();
      for (Path segment : segments) {
        count +=
            Files.readAllLines(segment).stream()
                .filter(line -> line.contains("\"message\":\"" + message + "\""))
                .count();
      }
    }
    return count;
  }
}
