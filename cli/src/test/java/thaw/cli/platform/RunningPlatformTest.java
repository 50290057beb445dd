package thaw.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningPlatformTest {
  @TempDir private Path dir;

  @Test
  void nothingRunsOnADirectoryThatIsNotThere() {
    assertThat(RunningPlatform.find(new PlatformFiles(dir.resolve("none")))).isEmpty();
  }

  @Test
  void whatAKilledPlatformLeftBehindMisleadsNobody() throws IOException {
    PlatformFiles files = new PlatformFiles(dir);
    Files.createDirectories(files.directory());
    Files.createFile(files.lock());
    new RunningPlatform(1, URI.create("http://127.0.0.1:1"), Instant.EPOCH).write(files.state());
    assertThat(RunningPlatform.find(files)).isEmpty();
  }

  /** The lock is between processes, so the one that holds it has to be another. */
  @Test
  void aPlatformIsFoundWhileItHoldsTheLock() throws Exception {
    PlatformFiles files = new PlatformFiles(dir);
    Files.createDirectories(files.directory());
    RunningPlatform platform =
        new RunningPlatform(4711, URI.create("http://127.0.0.1:9"), Instant.EPOCH);
    platform.write(files.state());
    Process holder =
        new ProcessBuilder("python3", "-c", HOLD_LOCK, files.lock().toString()).start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      assertThat(RunningPlatform.find(files)).contains(platform);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertThat(RunningPlatform.find(files)).isEmpty();
  }

  private static final String HOLD_LOCK =
      """
      import fcntl, sys
      f = open(sys.argv[1], "w")
      fcntl.lockf(f, fcntl.LOCK_EX)
      print("held", flush=True)
      sys.stdin.read()
      """;
}
