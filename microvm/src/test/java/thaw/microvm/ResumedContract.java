package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import thaw.agent.AgentConnection;
import thaw.jail.JailControlGroup;
import thaw.sandbox.RecordingListener;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotLayer;
import thaw.snapshots.SnapshotStore;

/** The same of sandboxes that resume from a base, in shells that waited for them. */
abstract class ResumedContract extends MicrovmContract {
  private @Nullable MicrovmDriver microvm;
  private @Nullable SnapshotLayer base;

  ResumedContract(MemorySource memory) throws Exception {
    super(memory);
  }

  private MicrovmDriver microvm() {
    return Objects.requireNonNull(microvm);
  }

  /** Resumes what it is to start. */
  private record Resuming(MicrovmDriver driver, SnapshotLayer layer) implements SandboxDriver {
    @Override
    public String name() {
      return driver.name();
    }

    @Override
    public boolean hardCpuQuota() {
      return driver.hardCpuQuota();
    }

    @Override
    public Sandbox start(SandboxSpec spec, AgentConnection.Listener listener)
        throws SandboxException {
      return driver.start(spec.from(new SandboxOrigin.Snapshot(layer)), listener);
    }

    @Override
    public void close() {
      driver.close();
    }
  }

  @Override
  protected SandboxDriver openDriver() throws Exception {
    MicrovmDriver driver = fixture.openDriver();
    microvm = driver;
    SandboxSpec spec =
        new SandboxSpec(
            Optional.empty(), Optional.empty(), 128, 512, false, new SandboxOrigin.Boot(), true);
    SnapshotStore store = SnapshotStore.open(fixture.directory.resolve("snapshots"));
    KeyRing keys = new KeyRing(fixture.directory.resolve("keys"));
    Map<String, String> identity = driver.snapshotIdentity(128).orElseThrow();
    try (Sandbox sandbox = driver.start(spec, new RecordingListener())) {
      store.write(sandbox.capture().draft(Kind.BASE, identity), keys.service());
    }
    SnapshotLayer layer =
        store.open(store.ids().getFirst(), keys.service(), Optional.empty()).orElseThrow();
    base = layer;
    Resuming resuming = new Resuming(driver, layer);
    for (boolean network : List.of(true, false)) {
      resuming.start(spec(network), new RecordingListener()).close();
    }
    driver.shells().awaitFull();
    return resuming;
  }

  /** Without the numbers: the shell that waits is never the same for long. */
  @Override
  protected List<String> leftovers() throws Exception {
    microvm().shells().awaitFull();
    return super.leftovers().stream().map(name -> name.replaceAll("\\d+", "#")).sorted().toList();
  }

  @Override
  long maxFileBytes() {
    return 10L << 30;
  }

  @Test
  void theShellThatWaitedIsTheSandboxAndAnotherWaits() throws Exception {
    microvm().shells().awaitFull();
    List<String> waiting = microvm().shells().ids();
    assertThat(waiting).hasSize(2);
    try (Sandbox sandbox = driver().start(spec(false), new RecordingListener())) {
      assertThat(waiting).contains(sandbox.id());
      microvm().shells().awaitFull();
      assertThat(microvm().shells().ids()).hasSize(2).doesNotContain(sandbox.id());
    }
  }

  @Test
  void aShellThatDiesIsReplaced() throws Exception {
    microvm().shells().awaitFull();
    List<String> waiting = microvm().shells().ids();
    for (String id : waiting) {
      ProcessHandle qemu =
          ProcessHandle.of(new JailControlGroup(id).processes().getLast()).orElseThrow();
      qemu.destroyForcibly();
      qemu.onExit().join();
    }
    try (Sandbox sandbox = driver().start(spec(false), new RecordingListener())) {
      sandbox.agent().ping();
      assertThat(waiting).doesNotContain(sandbox.id());
    }
    microvm().shells().awaitFull();
    assertThat(microvm().shells().ids()).hasSize(2).doesNotContainAnyElementsOf(waiting);
  }

  @Test
  void itsProcessorWeightIsThatOfTheFunctionItBecame() throws Exception {
    SandboxSpec spec = new SandboxSpec(runtime(), codeImage(), 512, 512, false);
    try (Sandbox sandbox = driver().start(spec, new RecordingListener())) {
      String group = JailControlGroup.path(sandbox.id());
      Path v1 = Path.of("/sys/fs/cgroup/cpu", group, "cpu.shares");
      Path v2 = Path.of("/sys/fs/cgroup", group, "cpu.weight");
      boolean old = Files.exists(v1);
      assertThat(Files.readString(old ? v1 : v2).strip()).isEqualTo(old ? "4096" : "157");
    }
  }

  /** What is known of the pages that a resume touched that was to be recorded. */
  List<Integer> recordedTouches() throws Exception {
    SandboxOrigin recorded =
        new SandboxOrigin.Snapshot(Objects.requireNonNull(base), Optional.empty(), true);
    try (Sandbox sandbox = microvm().start(spec(false).from(recorded), new RecordingListener())) {
      sandbox.agent().mountDisks();
      return sandbox.firstTouches();
    }
  }

  @Override
  protected void cleanUp() throws Exception {
    if (base != null) {
      base.close();
    }
    super.cleanUp();
  }
}
