package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import thaw.jail.HostState;
import thaw.jail.JailControlGroup;

class KilledThawTest {
  @Test
  void aThawThatIsKilledTakesItsSandboxesWithItAndTheNextOneSweepsItsDirectories()
      throws Exception {
    try (Fixture fixture = Fixture.create()) {
      Process thaw =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  KilledThaw.class.getName(),
                  fixture.directory.toString(),
                  Integer.toString(fixture.settings.firstUid()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        String line =
            thaw.inputReader(StandardCharsets.UTF_8)
                .lines()
                .filter(l -> l.startsWith(KilledThaw.READY))
                .findFirst()
                .orElseThrow();
        String id = line.substring(KilledThaw.READY.length()).strip();
        // The lifeline, QEMU and passt.
        assertThat(fixture.hostState.processes()).hasSize(3);
        assertThat(new JailControlGroup(id).processes()).hasSize(2);

        thaw.destroyForcibly().waitFor();

        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> {
              assertThat(fixture.hostState.processes()).isEmpty();
              assertThat(HostState.controlGroupsOfInstance(id)).isEmpty();
            });
        assertThat(fixture.hostState.mounts()).isEmpty();
        assertThat(fixture.hostState.everything()).isNotEmpty();

        try (Host next = fixture.openHost()) {
          assertThat(next.instance().nextSandboxId()).isNotEqualTo(id);
        }
        assertThat(fixture.hostState.everything()).isEmpty();
      } finally {
        thaw.destroyForcibly().waitFor();
      }
    }
  }
}
