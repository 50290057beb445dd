package thaw.chunks;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Puts manifests into another root, without any key: their parents first, then their chunks, then
 * they themselves. So whatever instant a crash picks, a manifest in a root has its chunks and its
 * parent there.
 */
final class CarryOver {
  /** More than any chain of snapshot layers has; a longer one is a mistake. */
  private static final int MAX_DEPTH = 64;

  private final Origin origin;
  private final Executor executor;
  private final int atOnce;

  CarryOver(Origin origin, Executor executor, int atOnce) {
    this.origin = origin;
    this.executor = executor;
    this.atOnce = atOnce;
  }

  /**
   * Carries a manifest over; no effect if it is there.
   *
   * @param from root in which it is
   * @param to holds the other root open
   * @throws DamagedException if something of it is not in its root: the root must be kept
   */
  void carry(Hash manifest, long from, Creation to) throws IOException {
    carry(manifest, from, to, 0);
  }

  private void carry(Hash id, long from, Creation to, int depth) throws IOException {
    to.requireOpen();
    if (origin.contains(ObjectName.manifest(to.root(), id))) {
      return;
    }
    if (depth > MAX_DEPTH) {
      throw new DamagedException("manifest " + id + " has too many parents above it");
    }
    Outline outline = outline(id, from);
    Optional<Hash> parent = outline.binding().parent();
    if (parent.isPresent()) {
      carry(parent.get(), from, to, depth + 1);
    }
    Set<Hash> chunks = new LinkedHashSet<>(List.of(outline.names()));
    Parallel.forEach(
        chunks, executor, atOnce, chunk -> move(ObjectName.chunk(from, chunk), to.root()));
    move(ObjectName.manifest(from, id), to.root());
  }

  /** What a manifest in a root says; verified by its hash. */
  Outline outline(Hash id, long root) throws IOException {
    ObjectName name = ObjectName.manifest(root, id);
    byte[] bytes = origin.get(name).orElseThrow(() -> new DamagedException("there is no " + name));
    if (!Hash.of(bytes).equals(id)) {
      throw new DamagedException("the manifest " + name + " is damaged");
    }
    return SealedManifest.parse(bytes).outline();
  }

  private void move(ObjectName name, long to) throws IOException {
    if (!origin.carryOver(name, to)) {
      throw new DamagedException("there is no " + name);
    }
  }
}
