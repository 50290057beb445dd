package thaw.worker;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import thaw.model.FunctionImage;
import thaw.model.FunctionVersion;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.LayerCatalog.KeySource;
import thaw.snapshots.LayerHandle;
import thaw.snapshots.ReadOnlyDisks;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotHeader.Kind;

/** Finds the layers that there are for a function; each that is returned is held for the caller. */
final class LayerLookup {
  private final LayerCatalog catalog;
  private final KeyRing keys;
  private final LayerIdentities identities;
  private final Disks disks;

  /** The disks of a function. */
  @FunctionalInterface
  interface Disks {
    SandboxSpec of(FunctionVersion function) throws SandboxException;
  }

  LayerLookup(LayerCatalog catalog, KeyRing keys, LayerIdentities identities, Disks disks) {
    this.disks = disks;
    this.catalog = catalog;
    this.keys = keys;
    this.identities = identities;
  }

  Optional<LayerHandle> base(int memorySizeMb) throws IOException {
    return find(
        Kind.BASE,
        baseIdentity(memorySizeMb),
        () -> Optional.of(keys.service()),
        Optional.empty(),
        ReadOnlyDisks.NONE);
  }

  /**
   * What the base of that size is bound to.
   *
   * @throws SandboxException if the driver makes no snapshots
   */
  Map<String, String> baseIdentity(int memorySizeMb) throws SandboxException {
    return identities
        .base(memorySizeMb)
        .orElseThrow(() -> new SandboxException("this driver makes no snapshots"));
  }

  Optional<LayerHandle> runtime(FunctionVersion function, LayerHandle base) throws IOException {
    return find(
        Kind.RUNTIME,
        identities.runtime(function, base.layer()),
        () -> Optional.of(keys.service()),
        Optional.of(base),
        ReadOnlyDisks.NONE);
  }

  Optional<LayerHandle> code(FunctionVersion function, LayerHandle runtime) throws IOException {
    return find(
        Kind.CODE,
        identities.code(function, runtime.layer()),
        () -> keys.existingFunction(function.accountId(), function.name()),
        Optional.of(runtime),
        disksOf(function));
  }

  /**
   * @param below a runtime layer, or a base layer
   */
  Optional<LayerHandle> function(FunctionVersion function, LayerHandle below) throws IOException {
    Optional<LayerHandle> own =
        function(function, identities.function(function, below.layer()), below);
    return own.isEmpty() && function.image().filter(FunctionImage::snapshotAtNext).isPresent()
        ? function(function, identities.functionAtNext(function, below.layer()), below)
        : own;
  }

  private Optional<LayerHandle> function(
      FunctionVersion function, Map<String, String> identity, LayerHandle below)
      throws IOException {
    return find(
        Kind.FUNCTION,
        identity,
        () -> keys.existingFunction(function.accountId(), function.name()),
        Optional.of(below),
        disksOf(function));
  }

  private ReadOnlyDisks disksOf(FunctionVersion function) {
    return () -> disks.of(function).pagedDisks();
  }

  private Optional<LayerHandle> find(
      Kind kind,
      Map<String, String> identity,
      KeySource key,
      Optional<LayerHandle> parent,
      ReadOnlyDisks readOnly)
      throws IOException {
    String id = SnapshotHeader.id(kind, parent.map(LayerHandle::id), identity);
    return catalog.find(id, key, parent, readOnly);
  }
}
