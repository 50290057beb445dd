package thaw.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import thaw.jail.HostState;
import thaw.jail.JailControlGroup;
import thaw.sandbox.RecordingListener;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxDriverContract;

class ContainerContractTest extends SandboxDriverContract {
  private static final String NO_CAPABILITIES = "0000000000000000";

  private final Fixture fixture;
  private final Path codeImage;

  ContainerContractTest() throws Exception {
    fixture = Fixture.create();
    codeImage = fixture.codeImage();
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
    return 16L << 10;
  }

  @Test
  void aFunctionsProcessHasNoPrivilegesAtAll() throws Exception {
    String status = shared().run("cat /proc/self/status; id").output();

    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertThat(HostState.field(status, set)).isEqualTo(NO_CAPABILITIES);
    }
    assertThat(HostState.field(status, "NoNewPrivs")).isEqualTo("1");
    assertThat(HostState.field(status, "Seccomp")).isEqualTo("2");
    assertThat(status).contains("uid=993", "gid=993");
  }

  @Test
  void theAgentIsNobodyOnTheHostAndInNamespacesOfItsOwn() throws Exception {
    Path agent = Path.of("/proc/" + agentOf(shared().sandbox()));
    String status = Files.readString(agent.resolve("status"));

    assertThat(HostState.field(status, "NoNewPrivs")).isEqualTo("1");
    assertThat(HostState.field(status, "Seccomp")).isEqualTo("2");
    assertThat(Integer.parseInt(HostState.field(status, "Uid")))
        .isBetween(
            fixture.settings.firstUid(),
            fixture.settings.firstUid() + fixture.settings.uidCount() - 1);
    for (String namespace : List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup")) {
      assertThat(Files.readSymbolicLink(agent.resolve("ns").resolve(namespace)))
          .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns").resolve(namespace)));
    }
  }

  @Test
  void aFunctionMayWriteOnlyItsTmp() throws Exception {
    String found =
        shared()
            .run(
                "for d in / /etc /dev /proc /sys /sys/fs/cgroup /thaw /thaw/sockets /var /var/task"
                    + " /opt /run /home /usr /root; do"
                    + " (echo x > $d/written) 2> /dev/null && echo $d; done;"
                    + " for f in /etc/hosts /etc/passwd /proc/sys/kernel/hostname"
                    + " /proc/sysrq-trigger /proc/1/oom_score_adj /thaw/agent; do"
                    + " (echo x > $f) 2> /dev/null && echo $f; done;"
                    + " echo x > /tmp/written && echo /tmp && rm /tmp/written")
            .output();

    assertThat(found).isEqualTo("/tmp\n");
  }

  @Test
  void theJailSeesNothingOfTheHostsFiles() throws Exception {
    Path agent = Path.of("/proc/" + agentOf(shared().sandbox()));
    List<String> writable =
        Files.readAllLines(agent.resolve("mountinfo")).stream()
            .map(line -> List.of(line.split(" ", -1)))
            .filter(fields -> !fields.get(5).startsWith("ro"))
            .map(fields -> fields.get(4))
            // With cgroup v1 that is a directory of root's, to which groups are bound.
            .filter(target -> !target.equals("/sys/fs/cgroup"))
            .filter(target -> !target.startsWith("/dev/") && !target.startsWith("/proc/"))
            .toList();

    assertThat(writable)
        .containsExactlyInAnyOrder(
            "/proc",
            "/dev",
            "/tmp",
            "/etc/hosts",
            "/etc/hostname",
            "/etc/machine-id",
            "/etc/resolv.conf");
  }

  @Test
  void aFunctionSeesItsOwnProcessesOnly() throws Exception {
    assertThat(shared().run("ls -d /proc/1 2>&1; kill -9 1; kill -9 -1; echo no").output())
        .doesNotContain("/proc/1\n");
    assertThat(shared().run("echo alive").output()).isEqualTo("alive\n");
  }

  @Test
  void whatAFunctionLeftRunningEndsWithIt() throws Exception {
    shared().run("(trap '' HUP TERM; sleep 1000) > /dev/null 2>&1 &");

    assertThat(new JailControlGroup(shared().sandbox().id()).processes()).hasSize(1);
  }

  @Test
  void itsLimitsAreTheFunctions() throws Exception {
    String id = shared().sandbox().id();

    assertThat(limit(id, "memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Long.toString(128L << 20));
    assertThat(limit(id, "cpu", "cpu.cfs_quota_us", "cpu.max")).startsWith("7236");
    assertThat(limit(id, "pids", "pids.max", "pids.max")).isEqualTo("512");
  }

  private static String limit(String id, String controller, String v1, String v2) throws Exception {
    String group = JailControlGroup.path(id);
    Path old = Path.of("/sys/fs/cgroup", controller, group, v1);
    Path file = Files.exists(old) ? old : Path.of("/sys/fs/cgroup", group, v2);
    return Files.readString(file).strip();
  }

  @Test
  void twoLiveSandboxesShareNoUserIdButTheirImages() throws Exception {
    long mounts = mountsOf(shared().sandbox());
    try (Sandbox second = driver().start(spec(false), new RecordingListener())) {
      assertThat(uid(second)).isNotEqualTo(uid(shared().sandbox()));
      assertThat(mountsOf(second)).isEqualTo(mounts);
    }
  }

  private static long mountsOf(Sandbox sandbox) throws Exception {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + agentOf(sandbox), "mountinfo"))) {
      return lines.count();
    }
  }

  private static int uid(Sandbox sandbox) throws Exception {
    return Integer.parseInt(
        HostState.field(Files.readString(Path.of("/proc/" + agentOf(sandbox) + "/status")), "Uid"));
  }

  private static long agentOf(Sandbox sandbox) {
    return new JailControlGroup(sandbox.id()).processes().getFirst();
  }

  @Test
  void anAgentThatIsKilledIsADeadSandboxWithAReason() throws Exception {
    try (Sandbox sandbox = driver().start(spec(false), new RecordingListener())) {
      ProcessHandle.of(agentOf(sandbox)).orElseThrow().destroyForcibly();

      assertThat(sandbox.died().get(20, TimeUnit.SECONDS)).contains("killed by signal 9");
    }
  }

  @Test
  void aPausedSandboxThatIsClosedIsDeadAndLeavesNothing() throws Exception {
    List<String> before = leftovers();
    Sandbox sandbox = driver().start(spec(true), new RecordingListener());
    assertThat(sandbox.network()).isPresent();
    sandbox.pause();

    sandbox.close();
    sandbox.close();

    assertThat(sandbox.died()).isCompletedWithValue("closed");
    assertThat(leftovers()).isEqualTo(before);
  }

  @Override
  protected void cleanUp() throws Exception {
    assertThat(fixture.hostState.everything()).isEmpty();
    fixture.close();
  }
}
