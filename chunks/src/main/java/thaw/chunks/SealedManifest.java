package thaw.chunks;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * A manifest as it is stored: an outline that everybody can read, and the chunks' keys, sealed. The
 * seal authenticates all of it, and its hash, which is its name, stands in the database: so nobody
 * can change it, nor put an older one in its place.
 *
 * @param id SHA-256 of all its bytes
 * @param clearHash SHA-256 of what stands before the seal: the seal's associated data
 * @param generation which generation of the owner's key sealed it
 * @param sealed nonce, encrypted keys and tag
 */
@SuppressWarnings("ArrayRecordComponent") // large, compared by nobody
record SealedManifest(Hash id, Outline outline, Hash clearHash, int generation, byte[] sealed) {
  /**
   * Most bytes a manifest has: {@link Outline#MAX_CHUNKS} names and keys, and room for the rest.
   */
  static final int MAX_BYTES = 16 << 20;

  /**
   * Reads a manifest without opening it.
   *
   * @throws DamagedException if it is no manifest of this format version
   */
  static SealedManifest parse(byte[] bytes) throws DamagedException {
    if (bytes.length > MAX_BYTES) {
      throw new DamagedException("a manifest of " + bytes.length + " bytes is too large");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Outline outline = Outline.read(in);
    if (in.remaining() < 4) {
      throw new DamagedException("the manifest is cut off");
    }
    int generation = in.getInt();
    int wanted = SealingKey.sealedBytes(outline.names().length * ChunkCipher.KEY_BYTES);
    if (in.remaining() != wanted) {
      throw new DamagedException("the manifest's key table has another length");
    }
    byte[] clear = Arrays.copyOf(bytes, in.position());
    byte[] sealed = Arrays.copyOfRange(bytes, in.position(), bytes.length);
    return new SealedManifest(Hash.of(bytes), outline, Hash.of(clear), generation, sealed);
  }

  /**
   * Opens it.
   *
   * @param chain keys of whom it belongs to
   * @throws DamagedException if a bit of it was changed, or none of these keys sealed it
   */
  Manifest open(KeyChain chain) throws DamagedException {
    SealingKey key =
        chain
            .generation(generation)
            .orElseThrow(() -> new DamagedException("there is no key of generation " + generation));
    try {
      return new Manifest(outline, key.open(sealed, clearHash.toBytes()));
    } catch (GeneralSecurityException e) {
      throw new DamagedException("the manifest was changed, or sealed by another key", e);
    }
  }
}
