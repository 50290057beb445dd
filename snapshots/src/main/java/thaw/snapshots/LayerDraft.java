package thaw.snapshots;

import java.util.BitSet;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/**
 * What was captured of a stopped VM.
 *
 * @param parent the layer it was resumed from, empty for a base
 * @param changedMemory pages of memory that may differ from the parent's (those that do not are not
 *     stored)
 * @param memory the memory's content now
 * @param changedDisk pages of the /tmp disk that may differ
 * @param disk the /tmp disk's content now
 * @param deviceState what the VMM saved
 */
@SuppressWarnings("ArrayRecordComponent") // binary, compared by nobody
public record LayerDraft(
    SnapshotHeader header,
    Optional<SnapshotLayer> parent,
    BitSet changedMemory,
    PageSource memory,
    BitSet changedDisk,
    PageSource disk,
    byte[] deviceState) {}
