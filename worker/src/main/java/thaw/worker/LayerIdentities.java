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
  static final String CODE_SHA_256 = "codeSha256";

  /** What a process waits for that does not wait for its restore. */
  private static final String WAITS_FOR = "waitsFor";

  private static final String INVOCATION = "invocation";

  /** Hash of what the layer lies over. */
  static final String OVER = "over";

  private final SandboxDriver driver;
  private final int exerciseInvokes;
  private final boolean network;

  /**
   * @param exerciseInvokes how often a runtime answers Thaw's own handler before it is captured
   * @param network whether guests have one, which is set up by then
   */
  LayerIdentities(SandboxDriver driver, int exerciseInvokes, boolean network) {
    this.driver = driver;
    this.exerciseInvokes = exerciseInvokes;
    this.network = network;
  }

  /** Empty if the driver makes no snapshots. */
  Optional<Map<String, String>> base(int memorySizeMb) throws SandboxException {
    return driver.snapshotIdentity(memorySizeMb);
  }

  /** A runtime's, for all functions that are like this one in what is fixed by then. */
  Map<String, String> runtime(FunctionVersion function, SnapshotLayer base) {
    Map<String, String> identity = over(base);
    identity.put(RUNTIME, function.runtime());
    if (RuntimeCommand.fixesMemoryAtStart(function.runtime())) {
      identity.put("memorySize", Integer.toString(function.memorySizeMb()));
    }
    identity.put("ephemeralStorage", Integer.toString(function.ephemeralStorageMb()));
    identity.put("exerciseInvokes", Integer.toString(exerciseInvokes));
    identity.put("network", Boolean.toString(network));
    return identity;
  }

  /** That of a function's code; neither variables nor time-outs matter to it. */
  Map<String, String> code(FunctionVersion function, SnapshotLayer runtime) {
    Map<String, String> identity = over(runtime);
    identity.put(ACCOUNT, function.accountId());
    identity.put(FUNCTION, function.name());
    identity.put(VERSION, function.version());
    identity.put(CODE_SHA_256, function.codeSha256());
    identity.put("layers", String.join(",", function.layers()));
    identity.put("handler", function.handler());
    return identity;
  }

  /** A function's; its code, settings and variables are behind its revision. */
  Map<String, String> function(FunctionVersion function, SnapshotLayer below) {
    Map<String, String> identity = over(below);
    identity.put("network", Boolean.toString(network));
    identity.put(ACCOUNT, function.accountId());
    identity.put("region", function.region());
    identity.put(FUNCTION, function.name());
    identity.put(VERSION, function.version());
    identity.put("revisionId", function.revisionId());
    identity.put(RUNTIME, function.runtime());
    return identity;
  }

  /** The same of a process that was frozen waiting for its first invocation. */
  Map<String, String> functionAtNext(FunctionVersion function, SnapshotLayer below) {
    Map<String, String> identity = function(function, below);
    identity.put(WAITS_FOR, INVOCATION);
    return identity;
  }

  /** Whether the process in a function's layer waits for an invocation, not for its restore. */
  static boolean isAtNext(SnapshotLayer layer) {
    return INVOCATION.equals(layer.header().identity().get(WAITS_FOR));
  }

  /** Whose key in the chunk store seals a layer. */
  static String keyOwner(SnapshotHeader header) {
    return header.kind().isOfOneFunction()
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
