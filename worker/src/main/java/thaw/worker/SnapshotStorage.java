package thaw.worker;

import java.time.InstantSource;
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
 * @param clock tells how old layers are
 */
public record SnapshotStorage(
    SnapshotSettings settings, LayerCatalog catalog, KeyRing keys, InstantSource clock) {
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

  LeftOverLayers leftOvers() {
    return new LeftOverLayers(catalog, keys);
  }

  StartLayers layers(
      SandboxDriver driver, FunctionParts functions, boolean network, PageCounters pages) {
    LayerIdentities identities = new LayerIdentities(driver, settings.exerciseInvokes(), network);
    return new StartLayers(
        settings,
        catalog,
        new LayerLookup(catalog, keys, identities, function -> functions.spec(function, network)),
        new LayerMaker(driver, catalog, keys, identities, settings, clock, functions, network),
        leftOvers(),
        pages,
        clock);
  }
}
