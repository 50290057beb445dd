package thaw.worker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeCommand;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotLayer;

/**
 * What each snapshot layer is bound to. A layer whose identity is not exactly the one looked for is
 * never found: another kernel, image, QEMU or processor makes another name. Each is also bound to
 * the content of the layer below.
 */
final class LayerIdentities {
  static final String ACCOUNT = "accountId";
  static final String FUNCTION = "functionName";
  static final String VERSION = "functionVersion";
  static final String RUNTIME = "runtime";

  /** Hash of what the layer lies over. */
  static final String OVER = "over";

  private final SandboxDriver driver;
  private final int exerciseInvokes;

  LayerIdentities(SandboxDriver driver, int exerciseInvokes) {
    this.driver = driver;
    this.exerciseInvokes = exerciseInvokes;
  }

  /** Empty if the driver makes no snapshots. */
  Optional<Map<String, String>> base(int memorySizeMb) throws SandboxException {
    return driver.snapshotIdentity(memorySizeMb);
  }

  Map<String, String> runtime(String runtime, int memorySizeMb, SnapshotLayer base) {
    Map<String, String> identity = over(base);
    identity.put(RUNTIME, runtime);
    if (RuntimeCommand.fixesMemoryAtStart(runtime)) {
      identity.put("memorySize", Integer.toString(memorySizeMb));
    }
    identity.put("exerciseInvokes", Integer.toString(exerciseInvokes));
    return identity;
  }

  /** A function's; its code, settings and variables are behind its revision. */
  Map<String, String> function(FunctionVersion function, SnapshotLayer below) {
    Map<String, String> identity = over(below);
    identity.put(ACCOUNT, function.accountId());
    identity.put("region", function.region());
    identity.put(FUNCTION, function.name());
    identity.put(VERSION, function.version());
    identity.put("revisionId", function.revisionId());
    identity.put(RUNTIME, function.runtime());
    return identity;
  }

  /** Whose key in the chunk store seals a layer. */
  static String keyOwner(SnapshotHeader header) {
    return header.kind() == SnapshotHeader.Kind.FUNCTION
        ? keyOwner(
            header.identity().getOrDefault(ACCOUNT, ""),
            header.identity().getOrDefault(FUNCTION, ""))
        : "service";
  }

  static String keyOwner(String accountId, String function) {
    return accountId + "/" + function;
  }

  private static Map<String, String> over(SnapshotLayer below) {
    Map<String, String> identity = new HashMap<>(below.header().identity());
    identity.put(OVER, below.contentHash());
    return identity;
  }
}
