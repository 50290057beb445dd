package thaw.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourcesTest {
  @TempDir private Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private String cgroups() throws IOException {
    return new Resources(root).cgroups().detail();
  }

  @Test
  void tellsTheKindsOfControlGroupsApart() throws IOException {
    file("proc/self/mounts", "");
    assertThat(cgroups()).startsWith("no control groups");
    Files.createDirectories(root.resolve("sys/fs/cgroup/memory"));
    assertThat(cgroups()).isEqualTo("v1");
    file("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb");
    assertThat(cgroups()).startsWith("hybrid");
    file("sys/fs/cgroup/cgroup.controllers", "cpu memory");
    assertThat(cgroups()).isEqualTo("v2");
  }

  @Test
  void littleMemoryIsAWarningWithARemedy() throws IOException {
    file("proc/self/mounts", "");
    file("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    1048576 kB\n");
    List<Check> checks = new Resources(root).check(root, root);
    assertThat(checks.getFirst().state()).isEqualTo(Check.State.WARN);
    assertThat(checks.getFirst().detail()).startsWith("1.0 GiB available");
    assertThat(checks.getFirst().remedy()).isPresent();
  }

  @Test
  void thisMachinesOwnIsRead() throws IOException {
    assertThat(new Resources(Path.of("/")).check(Path.of("/var/lib/none"), Path.of("/tmp")))
        .extracting(Check::name)
        .containsExactly("memory", "cgroups", "data-disk", "cache-disk");
  }

  @Test
  void missingProgramsNameTheirPackages() {
    List<Check> checks = new Programs(List.of(root)).check();
    assertThat(checks).allSatisfy(check -> assertThat(check.state()).isEqualTo(Check.State.FAIL));
    assertThat(checks.getLast().remedy().orElse("")).contains("apt-get install", "erofs-utils");
  }
}
