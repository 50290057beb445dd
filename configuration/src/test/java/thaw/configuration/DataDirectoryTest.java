package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void aNewDirectoryIsMarkedWithItsFormat() throws IOException {
    Path path = parent.resolve("new/data");
    try (DataDirectory directory = DataDirectory.open(path)) {
      assertThat(directory.path().resolve("format")).hasContent("1");
    }
  }

  @Test
  void aDirectoryInUseIsRefusedNamingTheProcess() throws Exception {
    Path path = parent.resolve("data");
    try (DataDirectory held = DataDirectory.open(path)) {
      assertThatThrownBy(() -> DataDirectory.open(held.path()))
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
          .hasMessageContaining("--data-dir");

      Process other =
          JavaProcess.start(DataDirectoryTest.class, path.toString())
              .redirectErrorStream(true)
              .start();
      String said =
          new String(
              other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(said).contains("in use by process " + ProcessHandle.current().pid());
    }
    DataDirectory.open(path).close();
  }

  /** Another process that wants the directory. */
  public static void main(String[] args) throws IOException {
    DataDirectory.open(Path.of(args[0])).close();
  }

  @Test
  void aDirectoryOfANewerThawIsRefused() throws IOException {
    Path path = Files.createDirectories(parent.resolve("data"));
    Files.writeString(path.resolve("format"), "2\n");

    assertThatThrownBy(() -> DataDirectory.open(path))
        .hasMessageContaining("written by a newer Thaw (format 2, this version knows up to 1)");
    Files.writeString(path.resolve("format"), "1\n");
    DataDirectory.open(path).close();
  }

  @Test
  void aFormatFileThatHoldsSomethingElseIsRefused() throws IOException {
    Path path = Files.createDirectories(parent.resolve("data"));
    Files.writeString(path.resolve("format"), "A4");

    assertThatThrownBy(() -> DataDirectory.open(path)).hasMessageContaining("\"A4\"");
  }
}
