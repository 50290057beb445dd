package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JailTest {
  private static final long TIMEOUT_SECONDS = 30;

  private final Fixture fixture;

  JailTest() throws IOException {
    fixture = Fixture.create();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void whatAJailForbidsFails() throws Exception {
    Path program = TestProgram.compile(JailTest.class, "forbidden", fixture.directory());
    try (Jail jail = start(List.of(Bind.readOnly(program, "/program")), "/program")) {
      assertThat(status(jail)).isZero();
      assertThat(jail.output()).isEqualTo("done");
    }
  }

  @Test
  void theProgramsExitStatusIsTheJails() throws Exception {
    try (Jail jail = start(List.of(), "/usr/bin/sh", "-c", "echo why >&2; exit 3")) {
      assertThat(status(jail)).isEqualTo(3);
      assertThat(jail.output()).isEqualTo("why");
    }
    try (Jail jail = start(List.of(), "/usr/bin/sh", "-c", "kill -9 $$")) {
      assertThat(status(jail)).isEqualTo(128 + 9);
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() throws Exception {
    try (Jail jail = start(List.of(), "/usr/bin/no-such-program")) {
      assertThat(status(jail)).isEqualTo(127);
      assertThat(jail.output()).contains("/usr/bin/no-such-program");
    }
  }

  @Test
  void lettingGoOfTheLifelineEndsEverythingInTheJail() throws Exception {
    try (Jail jail =
        start(List.of(), "/usr/bin/sh", "-c", "setsid sleep 1000 & echo up; sleep 1000")) {
      jail.release();

      assertThat(status(jail)).isZero();
      assertThat(fixture.hostState().processes()).isEmpty();
      assertThat(fixture.hostState().controlGroups()).isEmpty();
    }
  }

  @Test
  void aProgramThatTakesMoreMemoryThanItsJailHasDiesAlone() throws Exception {
    Path program = TestProgram.compile(JailTest.class, "hog", fixture.directory());
    try (Jail witness = start(List.of(), "/usr/bin/sleep", "1000");
        Jail hog = start(List.of(Bind.readOnly(program, "/program")), "/program")) {
      assertThat(status(hog)).isEqualTo(128 + 9);
      assertThat(witness.ended()).isNotDone();
    }
  }

  @Test
  void aHardCpuLimitCanBeSetWhileItRuns() throws Exception {
    try (Jail jail = start(List.of(), "/usr/bin/sleep", "1000")) {
      await().untilAsserted(() -> assertThat(jail.controlGroup().processes()).hasSize(2));
      jail.limitCpu(0.5);

      String group = JailControlGroup.path(jail.id());
      Path v1 = Path.of("/sys/fs/cgroup/cpu", group, "cpu.cfs_quota_us");
      Path v2 = Path.of("/sys/fs/cgroup", group, "cpu.max");
      assertThat(Files.readString(Files.exists(v1) ? v1 : v2)).startsWith("50000");
    }
  }

  @Test
  void allJailsOfAnInstanceTogetherWeighAsMuchAsOneProcess() throws Exception {
    try (Jail light = start(List.of(), "/usr/bin/sleep", "1000");
        Jail heavy = start(List.of(), "/usr/bin/sleep", "1000")) {
      for (Jail jail : List.of(light, heavy)) {
        await().untilAsserted(() -> assertThat(jail.controlGroup().processes()).hasSize(2));
      }
      heavy.controlGroup().setCpuShares(16_384);

      String instance = "/" + fixture.instance().controlGroupName();
      Path v1 = Path.of("/sys/fs/cgroup/cpu", instance);
      boolean old = Files.isDirectory(v1);
      Path group = old ? v1 : Path.of("/sys/fs/cgroup", instance);
      String file = old ? "cpu.shares" : "cpu.weight";
      assertThat(group.resolve(file)).hasContent(old ? "1024" : "100");
      assertThat(group.resolve("cgroup.procs")).isEmptyFile();
      assertThat(group.resolve(light.id()).resolve(file)).hasContent(old ? "1024" : "39");
      assertThat(group.resolve(heavy.id()).resolve(file)).hasContent(old ? "16384" : "625");
      for (Jail jail : List.of(light, heavy)) {
        long pid = jail.controlGroup().processes().getFirst();
        assertThat(Path.of("/proc/" + pid + "/cgroup"))
            .content()
            .contains(instance + "/" + jail.id());
      }
    }
  }

  private Jail start(List<Bind> binds, String... command) throws IOException {
    String id = fixture.instance().nextSandboxId();
    List<Bind> all = new ArrayList<>(binds);
    all.add(Bind.readOnly(fixture.lifeline(), Jail.LIFELINE));
    JailSpec spec =
        new JailSpec(
            id, fixture.uids().take(), List.of(command), all, 64L << 20, 1L << 20, 1_024, false);
    Path bundle =
        Files.createDirectory(fixture.instance().createRunDirectory(id).resolve("bundle"));
    return Jail.start(spec, bundle, fixture.instance().runcState());
  }

  private static int status(Jail jail) throws Exception {
    return jail.ended().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }
}
