package thaw.worker;

import thaw.chunks.ChunkStorage;
import thaw.chunks.ManifestIndex;
import thaw.sandbox.SandboxDriver;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.PublishedLayers;

/**
 * Where a worker keeps snapshot layers, and how it uses them.
 *
 * @param catalog closed with the worker
 */
public record SnapshotStorage(SnapshotSettings settings, LayerCatalog catalog, KeyRing keys) {
  /**
   * Layers that workers share.
   *
   * @param index the database's
   * @param repack as {@link PublishedLayers} has it
   */
  public static PublishedLayers published(
      ChunkStorage storage, ManifestIndex index, boolean repack) {
    return new PublishedLayers(storage, index, repack, LayerIdentities::keyOwner);
  }

  StartLayers layers(SandboxDriver driver, FunctionParts functions, boolean network) {
    LayerIdentities identities = new LayerIdentities(driver, settings.exerciseInvokes());
    return new StartLayers(
        settings,
        catalog,
        new LayerLookup(catalog, keys, identities),
        new LayerMaker(driver, catalog, keys, identities, settings, functions, network));
  }
}
