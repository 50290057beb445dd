package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import thaw.agent.GuestDisk;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotLayer;
import thaw.snapshots.SnapshotStore;

/** Node's own generators in clones of a template, and of a function that drew from them in INIT. */
final class NodeCloneTest {
  private static final String RUNTIME = "nodejs24.x";
  private static final int MEMORY_SIZE_MB = 128;
  private static final int EPHEMERAL_MB = 512;
  private static final int TEMPLATE_INVOKES = 20;

  /**
   * INIT draws once from each, so that node's caches of random bytes are filled when it is frozen.
   */
  private static final String HANDLER =
      """
      const crypto = require('node:crypto');
      const draw = () => ({
        math: Math.random(), bytes: crypto.randomBytes(16).toString('hex'), uuid: crypto.randomUUID(),
        web: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'), int: crypto.randomInt(2 ** 48 - 1),
        key: crypto.generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
      });
      const early = draw();
      exports.handler = async () => Object.entries(draw()).filter(([name, value]) => value !== early[name]);
      """;

  @Test
  void clonesAreAlikeInNothing() throws Exception {
    try (SnapshotHost host = SnapshotHost.open(RUNTIME)) {
      SnapshotStore store = SnapshotStore.open(host.directory().resolve("snapshots"));
      KeyRing keys = new KeyRing(host.directory().resolve("keys"));
      Map<String, String> identity = host.driver().snapshotIdentity(MEMORY_SIZE_MB).orElseThrow();
      Optional<Path> code = Optional.of(host.codeImage("index.js", HANDLER));
      try (SnapshotLayer base = base(host, store, keys, identity);
          SnapshotLayer runtime = runtime(host, store, keys, identity, base);
          SnapshotLayer function = function(host, store, keys, identity, runtime, code)) {
        List<String> drawn = new ArrayList<>();
        for (int clone = 0; clone < 2; clone++) {
          try (RuntimeGuest guest =
              new RuntimeGuest(host.driver(), spec(code, new SandboxOrigin.Snapshot(runtime)))) {
            guest.become("index.handler");
            drawn.addAll(values(guest));
          }
          try (RuntimeGuest guest =
              new RuntimeGuest(host.driver(), spec(code, new SandboxOrigin.Snapshot(function)))) {
            guest.restore("");
            drawn.addAll(values(guest));
          }
        }
        assertThat(drawn).hasSize(4 * 6).doesNotHaveDuplicates();
      }
    }
  }

  private static List<String> values(RuntimeGuest guest) throws InterruptedException {
    return Pattern.compile("\\[\"\\w+\",\"?([^\"\\]]+)\"?\\]")
        .matcher(guest.invoke("{}"))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private static SandboxSpec spec(Optional<Path> code, SandboxOrigin origin) {
    return new SandboxSpec(
        Optional.of(RUNTIME), code, MEMORY_SIZE_MB, EPHEMERAL_MB, false, origin, false);
  }

  private static SnapshotLayer base(
      SnapshotHost host, SnapshotStore store, KeyRing keys, Map<String, String> identity)
      throws Exception {
    SandboxSpec spec =
        new SandboxSpec(
                Optional.empty(),
                Optional.empty(),
                MEMORY_SIZE_MB,
                EPHEMERAL_MB,
                false,
                new SandboxOrigin.Boot(),
                false)
            .toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      return stored(
          store, keys, guest.sandbox.capture().draft(Kind.BASE, identity), Optional.empty());
    }
  }

  private static SnapshotLayer runtime(
      SnapshotHost host,
      SnapshotStore store,
      KeyRing keys,
      Map<String, String> identity,
      SnapshotLayer base)
      throws Exception {
    SandboxSpec spec = spec(Optional.empty(), new SandboxOrigin.Snapshot(base)).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.sandbox.agent().mountDisks(EnumSet.of(GuestDisk.ROOT));
      guest
          .sandbox
          .agent()
          .startRuntime(
              new RuntimeProcess(
                  RuntimeCommand.of(RUNTIME).command(),
                  RuntimeEnvironment.template(RUNTIME, TEMPLATE_INVOKES),
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
      return stored(
          store,
          keys,
          guest.sandbox.capture().draft(Kind.RUNTIME, with(identity, "runtime", RUNTIME)),
          Optional.of(base));
    }
  }

  private static SnapshotLayer function(
      SnapshotHost host,
      SnapshotStore store,
      KeyRing keys,
      Map<String, String> identity,
      SnapshotLayer runtime,
      Optional<Path> code)
      throws Exception {
    SandboxSpec spec = spec(code, new SandboxOrigin.Snapshot(runtime)).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.becomeRestorable("index.handler");
      guest.sandbox.agent().freeze();
      return stored(
          store,
          keys,
          guest.sandbox.capture().draft(Kind.FUNCTION, with(identity, "function", "draws")),
          Optional.of(runtime));
    }
  }

  private static Map<String, String> with(Map<String, String> identity, String name, String value) {
    Map<String, String> all = new HashMap<>(identity);
    all.put(name, value);
    return all;
  }

  private static SnapshotLayer stored(
      SnapshotStore store, KeyRing keys, LayerDraft draft, Optional<SnapshotLayer> parent)
      throws Exception {
    store.write(draft, keys.service());
    return store.open(draft.header().id(), keys.service(), parent).orElseThrow();
  }
}
