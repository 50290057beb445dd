package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTest {
  @TempDir private Path directory;

  @Test
  void whatALiveInstanceHasIsNotSwept() throws IOException {
    try (Instance live = open()) {
      Path run = live.createRunDirectory("a");
      Path disks = live.createDiskDirectory("a");

      open().close();

      assertThat(run).exists();
      assertThat(disks).exists();
    }
    assertThat(directory.resolve("disks")).isEmptyDirectory();
    assertThat(directory.resolve("run/instances")).isEmptyDirectory();
  }

  @Test
  void whatADeadInstanceLeftIsSwept() throws IOException {
    Path dead = Files.createDirectories(directory.resolve("run/instances/00000000"));
    Files.createFile(dead.resolve("lock"));
    Files.createDirectories(dead.resolve("thaw-00000000-1/bundle/root"));
    Path disks = Files.createDirectories(directory.resolve("elsewhere/00000000/thaw-00000000-1"));
    Files.createSymbolicLink(dead.resolve("disks"), disks.getParent());

    open().close();

    assertThat(dead).doesNotExist();
    assertThat(disks).doesNotExist();
  }

  @Test
  void aProcessThatADeadInstanceLeftInItsControlGroupIsKilled() throws Exception {
    Path dead = Files.createDirectories(directory.resolve("run/instances/00000001"));
    Files.createFile(dead.resolve("lock"));
    Path v1 = Path.of("/sys/fs/cgroup/memory");
    Path group =
        Files.createDirectories(
            (Files.isDirectory(v1) ? v1 : Path.of("/sys/fs/cgroup"))
                .resolve("thaw-00000001/thaw-00000001-1"));
    Process left = new ProcessBuilder("sleep", "1000").start();
    try {
      Files.writeString(group.resolve("cgroup.procs"), Long.toString(left.pid()));

      open().close();

      assertThat(left.waitFor()).isEqualTo(128 + 9);
      assertThat(group.getParent()).doesNotExist();
    } finally {
      left.destroyForcibly();
    }
  }

  @Test
  void disksThatNoInstanceOwnsAreSwept() throws IOException {
    Path disks = Files.createDirectories(directory.resolve("disks/00000002/thaw-00000002-1"));

    open().close();

    assertThat(disks).doesNotExist();
  }

  private Instance open() throws IOException {
    return Instance.open(directory.resolve("run"), directory.resolve("disks"));
  }
}
