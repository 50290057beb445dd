package thaw.worker;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotHeader.Kind;

/** Deletes functions' layers that nobody wants any more, and with a function its key. */
final class LeftOverLayers {
  private static final Logger LOG = LoggerFactory.getLogger(LeftOverLayers.class);

  private final LayerCatalog catalog;
  private final KeyRing keys;

  LeftOverLayers(LayerCatalog catalog, KeyRing keys) {
    this.catalog = catalog;
    this.keys = keys;
  }

  /** Deletes the layers of one version. */
  void forgetVersion(String accountId, String name, String version) {
    delete(header ->
        isOf(header, accountId, name)
            && version.equals(header.identity().get(LayerIdentities.VERSION)));
  }

  /** Deletes the layers of a version's code but one, which are of code that it no longer has. */
  void forgetOtherCode(FunctionVersion version, String id) {
    delete(header ->
        header.kind() == Kind.CODE
            && isOf(header, version.accountId(), version.name())
            && version.version().equals(header.identity().get(LayerIdentities.VERSION))
            && !header.id().equals(id));
  }

  /** Destroys a function's key, after which no copy of its layers can be read, and deletes them. */
  void forgetFunction(String accountId, String name) {
    try {
      keys.destroyFunction(accountId, name);
      catalog.destroyPublishedKey(LayerIdentities.keyOwner(accountId, name));
    } catch (IOException e) {
      LOG.error("the key of function {} could not be destroyed", name, e);
    }
    delete(header -> isOf(header, accountId, name));
  }

  /**
   * Deletes all layers of functions but those of these versions, those that lie over nothing, and
   * those that this Thaw cannot read: of an older format, or damaged.
   */
  void sweep(List<FunctionVersion> wanted) {
    Map<List<String>, FunctionVersion> versions =
        wanted.stream()
            .collect(
                Collectors.toMap(
                    version -> List.of(version.accountId(), version.name(), version.version()),
                    version -> version));
    delete(header -> header.kind().isOfOneFunction() && !isWanted(header, versions));
    deleteUnreadable();
    sweepOrphans();
  }

  private static boolean isWanted(
      SnapshotHeader header, Map<List<String>, FunctionVersion> versions) {
    FunctionVersion version =
        versions.get(
            List.of(
                header.identity().getOrDefault(LayerIdentities.ACCOUNT, ""),
                header.identity().getOrDefault(LayerIdentities.FUNCTION, ""),
                header.identity().getOrDefault(LayerIdentities.VERSION, "")));
    if (version == null) {
      return false;
    }
    return header.kind() == Kind.FUNCTION
        ? version.snapStart()
        : version
            .codeSha256()
            .equals(header.identity().getOrDefault(LayerIdentities.CODE_SHA_256, ""));
  }

  /** Deletes the layers over one that is gone, or was made anew: nobody finds them any more. */
  void sweepOrphans() {
    delete(this::liesOverNothing);
  }

  private void deleteUnreadable() {
    try {
      for (String id : catalog.store().ids()) {
        if (catalog.store().header(id).isEmpty()) {
          LOG.warn("the snapshot layer {} cannot be read and is deleted", id);
          catalog.drop(id);
        }
      }
    } catch (IOException e) {
      LOG.error("unreadable snapshot layers could not be deleted", e);
    }
  }

  /** Whether the layer below is gone, or was made anew. */
  private boolean liesOverNothing(SnapshotHeader header) {
    if (header.parent().isEmpty()) {
      return false;
    }
    try {
      String over = header.identity().getOrDefault(LayerIdentities.OVER, "");
      return !catalog.hasContent(header.parent().get(), over);
    } catch (IOException e) {
      LOG.warn("the snapshot layer {} cannot be read", header.parent().get(), e);
      return false;
    }
  }

  private static boolean isOf(SnapshotHeader header, String accountId, String name) {
    return accountId.equals(header.identity().get(LayerIdentities.ACCOUNT))
        && name.equals(header.identity().get(LayerIdentities.FUNCTION));
  }

  private void delete(Predicate<SnapshotHeader> which) {
    try {
      for (String id : catalog.ids()) {
        Optional<SnapshotHeader> header = catalog.header(id);
        if (header.filter(which).isPresent()) {
          catalog.drop(id);
        }
      }
    } catch (IOException e) {
      LOG.error("snapshot layers could not be deleted", e);
    }
  }
}
