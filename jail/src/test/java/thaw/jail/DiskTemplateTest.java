package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskTemplateTest {
  private static final long DISK_BYTES = 16L << 30;

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {512, 1_000, 10_240})
  void aDiskIsAFaultlessEmptyFileSystemThatTakesNextToNothing(int sizeMb) throws IOException {
    Path disk = directory.resolve("disk");
    DiskTemplate.ofSize(sizeMb, directory).unpack(disk, DISK_BYTES);

    assertThat(Files.size(disk)).isEqualTo(DISK_BYTES);
    assertThat(blocksBytes(disk)).isLessThan(8L << 20);
    assertThat(run("e2fsck", "-f", "-n", disk.toString())).contains(" 10/");
    assertThat(run("debugfs", "-R", "stat /", disk.toString())).contains("Mode:  01777");
    assertThat(run("dumpe2fs", "-h", disk.toString()))
        .contains("Block count:              " + sizeMb * 256)
        .doesNotContain("has_journal");
  }

  @Test
  void aTemplateIsMadeOnce() throws IOException {
    DiskTemplate.ofSize(512, directory);
    Path packed = directory.resolve("disks").resolve("tmp-512-v1");
    var made = Files.getLastModifiedTime(packed);
    assertThat(Files.size(packed)).isLessThan(4L << 20);

    DiskTemplate.ofSize(512, directory);

    assertThat(Files.getLastModifiedTime(packed)).isEqualTo(made);
    assertThat(packed.getParent()).isDirectoryNotContaining("glob:**/.format*");
  }

  private static long blocksBytes(Path file) throws IOException {
    return Long.parseLong(run("stat", "-c", "%b", file.toString())) * 512;
  }

  private static String run(String... command) throws IOException {
    return Command.run(TIMEOUT, List.of(command));
  }
}
