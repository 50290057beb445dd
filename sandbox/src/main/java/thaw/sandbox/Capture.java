package thaw.sandbox;

import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotLayer;
import thaw.sparsefs.PageSource;

/**
 * What was captured of a stopped sandbox. It is valid until that sandbox is closed: write it to a
 * store before.
 *
 * @param parent the layer that the sandbox was resumed from, empty if it booted
 * @param memoryBytes size of the VM's memory
 * @param changedMemory pages that were written since the parent
 * @param memory all of the memory
 * @param diskBytes size of the /tmp disk
 * @param changedDisk its pages that may differ from the parent's
 * @param disk all of the /tmp disk
 * @param deviceState what the VMM saved, some 100 KB
 */
@SuppressWarnings("ArrayRecordComponent") // binary, compared by nobody
public record Capture(
    Optional<SnapshotLayer> parent,
    long memoryBytes,
    BitSet changedMemory,
    PageSource memory,
    long diskBytes,
    BitSet changedDisk,
    PageSource disk,
    byte[] deviceState) {

  /**
   * The layer to be stored.
   *
   * @param identity what must match for it to be resumed: {@link SandboxDriver#snapshotIdentity}
   *     and what the caller adds to it
   */
  public LayerDraft draft(SnapshotHeader.Kind kind, Map<String, String> identity) {
    return draft(kind, identity, Instant.now());
  }

  /**
   * The same.
   *
   * @param createdAt from when on its age is counted
   */
  public LayerDraft draft(
      SnapshotHeader.Kind kind, Map<String, String> identity, Instant createdAt) {
    SnapshotHeader header =
        new SnapshotHeader(
            kind,
            parent.map(layer -> layer.header().id()),
            identity,
            createdAt.toEpochMilli(),
            memoryBytes,
            diskBytes);
    return new LayerDraft(header, parent, changedMemory, memory, changedDisk, disk, deviceState);
  }
}
