package thaw.snapshots;

import java.util.Map;
import java.util.Optional;

/**
 * What a manifest says in the clear about its snapshot layer.
 *
 * @param kind which of the three layers it is
 * @param parent id of the layer it lies over, empty for a base
 * @param identity everything that must match for the layer to be resumed: kernel, images, agent,
 *     QEMU, accelerator, CPU model, VM size, and for a function its version
 * @param createdAtMillis wall clock at capture, milliseconds since 1970
 * @param memoryBytes size of the VM's memory
 * @param diskBytes virtual size of the /tmp disk
 */
public record SnapshotHeader(
    Kind kind,
    Optional<String> parent,
    Map<String, String> identity,
    long createdAtMillis,
    long memoryBytes,
    long diskBytes) {
  /** What a snapshot layer holds. */
  public enum Kind {
    /** A kernel that is up. */
    BASE,
    /** Over a base: a runtime that waits to be told its function. */
    RUNTIME,
    /**
     * Over a runtime: the same, with a function's code mounted and compiled, and none of it run.
     */
    CODE,
    /** Over a runtime or a base: a function whose INIT is done. */
    FUNCTION;

    /** Whether it holds something of a customer's, and belongs to one version of one function. */
    public boolean isOfOneFunction() {
      return this == CODE || this == FUNCTION;
    }
  }

  public SnapshotHeader {
    identity = Map.copyOf(identity);
  }

  /** The id of the layer of that kind, parent and identity, whether there is one or not. */
  public static String id(Kind kind, Optional<String> parent, Map<String, String> identity) {
    return new SnapshotHeader(kind, parent, identity, 0, 0, 0).id();
  }

  /** The layer's id: 64 hex digits, the SHA-256 of kind, parent and identity. */
  public String id() {
    return Digests.identity(this);
  }
}
