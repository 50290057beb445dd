package thaw.worker;

import java.util.Optional;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.LayerHandle;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Where one sandbox starts from. Its layer stays open until this is closed, which is when nothing
 * of the sandbox is left.
 *
 * @param layer held for this start; empty for a boot
 * @param recorded whether the pages that it touches are to be recorded
 */
record StartPoint(
    StartDepth depth, Optional<LayerHandle> layer, SandboxOrigin origin, boolean recorded)
    implements AutoCloseable {
  static StartPoint boot() {
    return new StartPoint(StartDepth.BOOT, Optional.empty(), new SandboxOrigin.Boot(), false);
  }

  /** The same for a sandbox that stood by: what it touched was not touched by a start. */
  StartPoint unobserved() {
    SandboxOrigin silent =
        layer.<SandboxOrigin>map(held -> new SandboxOrigin.Snapshot(held.layer())).orElse(origin);
    return new StartPoint(depth, layer, silent, false);
  }

  /** Whether pages are pushed to it ahead. */
  boolean usesLog() {
    return origin instanceof SandboxOrigin.Snapshot from && from.prefetch().isPresent();
  }

  /** Whether a page of its layer, or of one below, turned out not to be what was written. */
  boolean isDamaged() {
    return layer.map(held -> held.layer().damaged()).orElse(false);
  }

  @Override
  public void close() {
    layer.ifPresent(LayerHandle::release);
  }
}
