package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotLayer;
import thaw.snapshots.SnapshotStore;

/** A base that is booted and captured, and a python runtime layer over it, exercised. */
final class PythonLayers implements AutoCloseable {
  static final String PYTHON = "python3.13";
  static final int MEMORY_SIZE_MB = 128;
  static final int EPHEMERAL_MB = 512;
  private static final int TEMPLATE_INVOKES = 20;

  private final SnapshotHost host;
  private final SnapshotStore store;
  final KeyRing keys;
  final SnapshotLayer base;
  final SnapshotLayer runtime;

  PythonLayers(SnapshotHost host) throws Exception {
    this.host = host;
    store = SnapshotStore.open(host.directory().resolve("snapshots"));
    keys = new KeyRing(host.directory().resolve("keys"));
    base = makeBase();
    runtime = makeRuntime();
  }

  static SandboxSpec spec(Optional<String> language, Optional<Path> code, SandboxOrigin origin) {
    return new SandboxSpec(language, code, MEMORY_SIZE_MB, EPHEMERAL_MB, false, origin, false);
  }

  Map<String, String> identity() throws SandboxException {
    return host.driver().snapshotIdentity(MEMORY_SIZE_MB).orElseThrow();
  }

  private SnapshotLayer makeBase() throws Exception {
    SandboxSpec spec =
        spec(Optional.empty(), Optional.empty(), new SandboxOrigin.Boot()).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      return stored(guest.sandbox.capture().draft(Kind.BASE, identity()), Optional.empty());
    }
  }

  private SnapshotLayer makeRuntime() throws Exception {
    SandboxSpec spec =
        spec(Optional.of(PYTHON), Optional.empty(), new SandboxOrigin.Snapshot(base)).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest
          .sandbox
          .agent()
          .startRuntime(
              new RuntimeProcess(
                  RuntimeCommand.of(PYTHON).command(),
                  RuntimeEnvironment.template(PYTHON, TEMPLATE_INVOKES),
                  "/",
                  256L << 20,
                  256));
      assertThat(guest.api.awaitInit(RuntimeGuest.PLENTY)).isInstanceOf(RuntimeOutcome.Ready.class);
      for (int i = 0; i < TEMPLATE_INVOKES; i++) {
        assertThat(guest.invoke("{\"n\":1}")).contains("\"n\"");
      }
      assertThat(guest.api.awaitRestorable(RuntimeGuest.PLENTY))
          .isEqualTo(new RuntimeOutcome.Restorable());
      guest.sandbox.agent().freeze();
      Map<String, String> identity = new HashMap<>(identity());
      identity.put("runtime", PYTHON);
      return stored(guest.sandbox.capture().draft(Kind.RUNTIME, identity), Optional.of(base));
    }
  }

  /** A layer over the runtime's of a function's code, which is compiled, and not run. */
  SnapshotLayer code(String name, Path code, String handler) throws Exception {
    SandboxSpec spec =
        spec(Optional.of(PYTHON), Optional.of(code), new SandboxOrigin.Snapshot(runtime))
            .toCapture();
    Map<String, String> identity = new HashMap<>(identity());
    identity.put("code", name);
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.restore(new String(RuntimeEnvironment.loadAnswer(handler), StandardCharsets.UTF_8));
      assertThat(guest.api.awaitRestorable(RuntimeGuest.PLENTY))
          .isEqualTo(new RuntimeOutcome.Restorable());
      guest.sandbox.agent().freeze();
      return stored(guest.sandbox.capture().draft(Kind.CODE, identity), Optional.of(runtime));
    }
  }

  /** A layer over the runtime's of a function whose INIT ran. */
  SnapshotLayer function(String name, Path code, String handler) throws Exception {
    SandboxSpec spec =
        spec(Optional.of(PYTHON), Optional.of(code), new SandboxOrigin.Snapshot(runtime))
            .toCapture();
    Map<String, String> identity = new HashMap<>(identity());
    identity.put("function", name);
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.becomeRestorable(handler);
      guest.sandbox.agent().freeze();
      return stored(guest.sandbox.capture().draft(Kind.FUNCTION, identity), Optional.of(runtime));
    }
  }

  private SnapshotLayer stored(LayerDraft draft, Optional<SnapshotLayer> parent)
      throws IOException {
    store.write(draft, keys.service());
    return store.open(draft.header().id(), keys.service(), parent).orElseThrow();
  }

  @Override
  public void close() throws IOException {
    runtime.close();
    base.close();
  }
}
