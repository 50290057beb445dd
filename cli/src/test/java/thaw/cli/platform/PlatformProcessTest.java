package thaw.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.cli.UserError;
import thaw.configuration.DataDirectory;

/** Starts that fail, in a process of their own; those that succeed are tested end to end. */
class PlatformProcessTest {
  @TempDir private Path dir;

  @Test
  void theReasonOfAFailedStartReachesWhoeverStartedIt() {
    PlatformFiles files = new PlatformFiles(dir);
    assertThatThrownBy(() ->
            PlatformProcess.start(
                files,
                List.of("--data-dir", dir.toString(), "--listen", "192.0.2.1:9000"),
                step -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("192.0.2.1:9000")
        .hasMessageContaining("not authenticated yet");
  }

  @Test
  void aDirectoryInUseIsNamedWithWhoUsesIt() throws Exception {
    PlatformFiles files = new PlatformFiles(dir);
    List<String> steps = new ArrayList<>();
    try (DataDirectory held = DataDirectory.open(dir)) {
      assertThat(held.path()).isEqualTo(dir);
      assertThatThrownBy(
              () -> PlatformProcess.start(files, List.of("--data-dir", dir.toString()), steps::add))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(dir.toString())
          .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    }
    assertThat(steps).isEmpty();
  }
}
