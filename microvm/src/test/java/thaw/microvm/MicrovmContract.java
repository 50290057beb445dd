package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import thaw.jail.HostState;
import thaw.jail.JailControlGroup;
import thaw.sandbox.RecordingListener;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxDriverContract;

/** What every microVM must do and be, however it came to life. */
abstract class MicrovmContract extends SandboxDriverContract {
  final Fixture fixture;
  private final Path codeImage;

  MicrovmContract(MemorySource memory) throws Exception {
    fixture = Fixture.create(memory);
    codeImage = fixture.codeImage("hello", "hello from code\n");
  }

  @Override
  protected SandboxDriver openDriver() throws Exception {
    return fixture.openDriver();
  }

  @Override
  protected String runtime() {
    return Fixture.RUNTIME;
  }

  @Override
  protected Path codeImage() {
    return codeImage;
  }

  @Override
  protected List<String> leftovers() throws Exception {
    return fixture.hostState.everything();
  }

  @Override
  protected long leastResidentBytes() {
    return 20L << 20;
  }

  @Test
  void theJailHasNoPrivilegesAndNamespacesOfItsOwn() throws Exception {
    for (Path process : processes()) {
      String status = Files.readString(process.resolve("status"));
      assertThat(HostState.field(status, "CapEff")).isEqualTo("0000000000000000");
      assertThat(HostState.field(status, "CapBnd")).isEqualTo("0000000000000000");
      assertThat(HostState.field(status, "NoNewPrivs")).isEqualTo("1");
      assertThat(HostState.field(status, "Seccomp")).isEqualTo("2");
      assertThat(Integer.parseInt(HostState.field(status, "Uid")))
          .isBetween(
              fixture.settings.firstUid(),
              fixture.settings.firstUid() + fixture.settings.uidCount() - 1);
      for (String namespace : List.of("pid", "mnt", "net", "ipc", "uts", "cgroup")) {
        assertThat(Files.readSymbolicLink(process.resolve("ns").resolve(namespace)))
            .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns").resolve(namespace)));
      }
    }
  }

  @Test
  void twoLiveSandboxesShareNoUserId() throws Exception {
    int first = uid(shared().sandbox());
    try (Sandbox second = driver().start(spec(false), new RecordingListener())) {
      assertThat(uid(second)).isNotEqualTo(first);
    }
  }

  private static int uid(Sandbox sandbox) throws Exception {
    long pid = new JailControlGroup(sandbox.id()).processes().getFirst();
    return Integer.parseInt(
        HostState.field(Files.readString(Path.of("/proc/" + pid + "/status")), "Uid"));
  }

  @Test
  void guestMemoryIsFaultedInPageByPageAndNeverMerged() throws Exception {
    String maps = Files.readString(qemu().resolve("smaps"));
    List<String> large =
        Pattern.compile("Size: +(\\d+) kB(?s:.*?)VmFlags: (.*)")
            .matcher(maps)
            .results()
            .filter(mapping -> Long.parseLong(mapping.group(1)) >= 624 << 10)
            .map(mapping -> mapping.group(2))
            .toList();

    assertThat(large)
        .isNotEmpty()
        .allSatisfy(flags -> {
          assertThat(flags).doesNotContain("hg");
          assertThat(flags).doesNotContain("mg");
        });
  }

  @Test
  void theJailSeesOnlyItsOwnFilesAndMayWriteOnlyItsDisk() throws Exception {
    List<String> writable =
        Files.readAllLines(qemu().resolve("mountinfo")).stream()
            .map(line -> List.of(line.split(" ", -1)))
            .filter(fields -> !fields.get(5).startsWith("ro"))
            .map(fields -> fields.get(4))
            .toList();

    assertThat(writable).containsExactlyInAnyOrder("/proc", "/dev", "/disks/tmp");
    assertThat(Files.readString(qemu().resolve("limits")))
        .containsPattern("Max file size +" + maxFileBytes());
  }

  /** How far a jail may write into a file. */
  long maxFileBytes() {
    return 512L << 20;
  }

  @Test
  void theJailsMemoryIsLimitedToTheVmAndItsOverhead() throws Exception {
    long expected = (624L << 20) + fixture.settings.jailOverhead().bytes();
    String group = JailControlGroup.path(shared().sandbox().id());
    Path v1 = Path.of("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
    Path v2 = Path.of("/sys/fs/cgroup", group, "memory.max");

    assertThat(Files.readString(Files.exists(v1) ? v1 : v2).strip())
        .isEqualTo(Long.toString(expected));
  }

  @Test
  void aQemuThatIsKilledIsADeadSandboxWithAReason() throws Exception {
    try (Sandbox sandbox = driver().start(spec(false), new RecordingListener())) {
      long qemu = new JailControlGroup(sandbox.id()).processes().getLast();
      ProcessHandle.of(qemu).orElseThrow().destroyForcibly();

      assertThat(sandbox.died().get(20, TimeUnit.SECONDS)).contains("killed by signal 9");
    }
  }

  @Test
  void aSandboxThatIsClosedIsDeadAndLeavesNothing() throws Exception {
    List<String> before = leftovers();
    Sandbox sandbox = driver().start(spec(true), new RecordingListener());
    assertThat(sandbox.network()).isPresent();

    sandbox.close();
    sandbox.close();

    assertThat(sandbox.died()).isCompletedWithValue("closed");
    assertThat(leftovers()).isEqualTo(before);
  }

  private List<Path> processes() {
    List<Path> all =
        new JailControlGroup(shared().sandbox().id())
            .processes().stream().map(pid -> Path.of("/proc/" + pid)).toList();
    assertThat(all).hasSize(2);
    return all;
  }

  private Path qemu() {
    return processes().getLast();
  }

  @Override
  protected void cleanUp() throws Exception {
    fixture.close();
  }
}
