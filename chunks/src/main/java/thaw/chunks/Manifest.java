package thaw.chunks;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a file is made of: an open manifest. The format is specified in docs/chunk-format.md.
 *
 * @param keys the chunks' keys, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // large, compared by nobody
record Manifest(Outline outline, byte[] keys) {
  Manifest {
    if (keys.length != outline.names().length * ChunkCipher.KEY_BYTES) {
      throw new IllegalArgumentException("there must be a key for each chunk");
    }
  }

  /** The key of the chunk at a place of the tables. */
  byte[] key(int place) {
    int from = place * ChunkCipher.KEY_BYTES;
    return Arrays.copyOfRange(keys, from, from + ChunkCipher.KEY_BYTES);
  }

  /** Seals it under the newest of the owner's keys. */
  byte[] seal(KeyChain chain) {
    return seal(chain, ChunkCipher.random(SealingKey.NONCE_BYTES));
  }

  byte[] seal(KeyChain chain, byte[] nonce) {
    SealingKey key = chain.newest();
    byte[] outlineBytes = outline.encode();
    byte[] clear =
        ByteBuffer.allocate(outlineBytes.length + 4)
            .put(outlineBytes)
            .putInt(key.generation())
            .array();
    byte[] sealed = key.seal(keys, Hash.of(clear).toBytes(), nonce);
    return ByteBuffer.allocate(clear.length + sealed.length).put(clear).put(sealed).array();
  }

  @Override
  public String toString() {
    return "Manifest[" + outline.binding() + "]"; // never the keys
  }
}
