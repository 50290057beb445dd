package thaw.sandbox;

import java.util.Optional;
import java.util.function.Supplier;
import thaw.snapshots.PageAccessLog;
import thaw.snapshots.SnapshotLayer;

/** How a sandbox comes to life. */
public sealed interface SandboxOrigin {
  /** Its kernel boots. */
  record Boot() implements SandboxOrigin {}

  /**
   * It goes on where a snapshot was taken: customer processes that were frozen then are frozen
   * still, clock, randomness and identity are those of the capture. Disks that were not mounted
   * then are those of the spec; /tmp is the snapshot's if it was mounted.
   *
   * @param layer what it is resumed from; must stay open as long as the sandbox
   * @param prefetch gives the pages of memory and disks to push before they are touched, most
   *     wanted first; it is asked in the background, and may take its time
   * @param recordTouches whether {@link Sandbox#firstTouches} records. Pages that are prefetched
   *     are not recorded, so one does without the other
   * @param shareMemory whether pages of memory that it does not write may be one with those of
   *     other sandboxes that were resumed from the same layer. Whoever can tell whether a page is
   *     there learns what the others touch
   */
  record Snapshot(
      SnapshotLayer layer,
      Optional<Supplier<PageAccessLog>> prefetch,
      boolean recordTouches,
      boolean shareMemory)
      implements SandboxOrigin {
    /** Shares nothing. */
    public Snapshot(SnapshotLayer layer, Optional<PageAccessLog> prefetch, boolean recordTouches) {
      this(layer, prefetch.map(log -> () -> log), recordTouches, false);
    }

    /** Resumes without prefetch or recording. */
    public Snapshot(SnapshotLayer layer) {
      this(layer, Optional.empty(), false);
    }
  }
}
