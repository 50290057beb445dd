package thaw.chunks;

import java.io.IOException;
import java.util.Optional;

/**
 * In which root a manifest's chunks are. Roots come and go; it is looked up again when they have
 * changed. Reading from an expired root is an alarm, written down before the bytes are given out.
 */
final class Location {
  private final Roots roots;
  private final Origin origin;
  private final Hash manifest;
  private volatile Found found = new Found(-1, 0);

  private record Found(long epoch, long root) {}

  Location(Roots roots, Origin origin, Hash manifest) {
    this.roots = roots;
    this.origin = origin;
    this.manifest = manifest;
  }

  /** The manifest itself, not verified; empty if it is in no root. */
  Optional<byte[]> readManifest() throws IOException {
    long epoch = roots.epoch();
    for (Root root : roots.readable()) { // asked for at once, since that tells where it is too
      Found at = new Found(epoch, root.id());
      Optional<byte[]> bytes = readFrom(at, manifest, ObjectName.Kind.MANIFEST);
      if (bytes.isPresent()) {
        found = at;
        alarmIfExpired(at, locate(at));
        return bytes;
      }
    }
    // A root may have changed meanwhile.
    return roots.epoch() == epoch ? Optional.empty() : read(manifest, ObjectName.Kind.MANIFEST);
  }

  /**
   * Says in which root it was made, if it was not looked for yet. What was made in a root that
   * loses nothing is there.
   */
  void madeIn(long root) {
    long epoch = roots.epoch();
    if (found.epoch() < 0 && roots.losesNothing(root)) {
      found = new Found(epoch, root);
    }
  }

  /** The root in which it is; 0 if it is in none. */
  long root() throws IOException {
    return locate(found).root();
  }

  /** One of its chunks, not verified; empty if it is not there. */
  Optional<byte[]> readChunk(Hash chunk) throws IOException {
    return read(chunk, ObjectName.Kind.CHUNK);
  }

  private Optional<byte[]> read(Hash hash, ObjectName.Kind kind) throws IOException {
    Found at = locate(found);
    Optional<byte[]> bytes = readFrom(at, hash, kind);
    Found now = locate(at);
    if (now.root() == at.root()) {
      if (bytes.isPresent()) {
        alarmIfExpired(at, now);
      }
      return bytes;
    }
    return bytes.isPresent() ? bytes : readFrom(now, hash, kind); // the root went meanwhile
  }

  /** What was carried over while it was read is not lost with the root that it was read from. */
  private void alarmIfExpired(Found readFrom, Found now) throws IOException {
    if (now.root() == readFrom.root() && roots.isExpired(now.root())) {
      roots.alarm(now.root());
    }
  }

  private Optional<byte[]> readFrom(Found at, Hash hash, ObjectName.Kind kind) throws IOException {
    return at.root() == 0 ? Optional.empty() : origin.get(new ObjectName(at.root(), kind, hash));
  }

  /**
   * The root in which it is, those first in which it should be; 0 if it is in none. While roots
   * change it is looked for again: it may have been carried to one that was asked already.
   */
  private Found locate(Found before) throws IOException {
    Found now = before;
    while (now.epoch() != roots.epoch()) {
      long epoch = roots.epoch();
      long root = 0;
      for (Root candidate : roots.readable()) {
        if (origin.contains(ObjectName.manifest(candidate.id(), manifest))) {
          root = candidate.id();
          break;
        }
      }
      now = new Found(epoch, root);
      found = now;
    }
    return now;
  }
}
