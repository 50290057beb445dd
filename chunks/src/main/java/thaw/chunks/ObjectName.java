package thaw.chunks;

/**
 * What an object is called in an origin: {@code roots/ROOT/chunks/AB/HASH}, or {@code manifests}
 * instead. AB are the hash's first two digits, so that no directory becomes too large.
 *
 * @param root the GC root it lies in
 * @param hash SHA-256 of its bytes
 */
public record ObjectName(long root, Kind kind, Hash hash) {
  /** What an object is. */
  public enum Kind {
    CHUNK("chunks", ChunkCipher.CHUNK_BYTES),
    MANIFEST("manifests", SealedManifest.MAX_BYTES);

    private final String directory;
    private final int maxBytes;

    Kind(String directory, int maxBytes) {
      this.directory = directory;
      this.maxBytes = maxBytes;
    }

    /** No object of this kind is longer. */
    public int maxBytes() {
      return maxBytes;
    }
  }

  static ObjectName chunk(long root, Hash hash) {
    return new ObjectName(root, Kind.CHUNK, hash);
  }

  static ObjectName manifest(long root, Hash hash) {
    return new ObjectName(root, Kind.MANIFEST, hash);
  }

  /** The same object in another root. */
  ObjectName in(long otherRoot) {
    return new ObjectName(otherRoot, kind, hash);
  }

  /** What all names of a root start with. */
  static String rootPrefix(long root) {
    return "roots/" + root + "/";
  }

  /** What all names of a kind in a root start with. */
  static String prefix(long root, Kind kind) {
    return rootPrefix(root) + kind.directory + "/";
  }

  /** The name as a path with slashes. */
  public String path() {
    String hex = hash.toString();
    return prefix(root, kind) + hex.substring(0, 2) + "/" + hex;
  }

  @Override
  public String toString() {
    return path();
  }
}
