package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KvmProbeTest {
  @Test
  void theAnswerIsABootsAndIsKeptUntilTheHostRestarts() throws Exception {
    try (Fixture fixture = Fixture.create();
        Host host = Host.open(fixture.settings, fixture.disks, fixture.directory.resolve("c"))) {
      KvmProbe probe = new KvmProbe(host, fixture.images());
      List<String> before = fixture.hostState.everything();

      Accelerator chosen = probe.choose(AcceleratorChoice.AUTO);

      assertThat(fixture.hostState.everything()).isEqualTo(before);
      if (Files.exists(Path.of("/dev/kvm"))) {
        Path answer;
        try (Stream<Path> answers = Files.list(fixture.directory.resolve("c/kvm"))) {
          answer = answers.findFirst().orElseThrow();
        }
        assertThat(Files.size(answer) == 0).isEqualTo(chosen == Accelerator.KVM);
        // What is kept is what counts.
        Files.writeString(answer, "the answer was changed");
        assertThat(probe.choose(AcceleratorChoice.AUTO)).isEqualTo(Accelerator.TCG);
        assertThatThrownBy(() -> probe.choose(AcceleratorChoice.KVM))
            .hasMessageContaining("the answer was changed");
      } else {
        assertThat(chosen).isEqualTo(Accelerator.TCG);
      }
      assertThat(probe.choose(AcceleratorChoice.TCG)).isEqualTo(Accelerator.TCG);
    }
  }
}
