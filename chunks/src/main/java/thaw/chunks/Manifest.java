package thaw.chunks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a file is made of: an open manifest. The format is specified in docs/chunk-format.md.
 *
 * @param keys the chunks' keys, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // large, compared by nobody
record Manifest(Outline outline, byte[] keys) {
  private static final int WARM_UP_CHUNKS = 1024;
  private static final int WARM_UP_ROUNDS = 50;

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

  /**
   * Has the JIT compile what opens a manifest. Uncompiled, that of a 10 GiB image would take a
   * tenth of a second of the worker's first start of it.
   */
  static void warmUp() {
    Hash[] names = new Hash[WARM_UP_CHUNKS];
    Arrays.fill(names, Hash.of(new byte[0]));
    BitSet present = new BitSet();
    present.set(0, WARM_UP_CHUNKS);
    Binding binding = new Binding("", "", "", 0, Optional.empty());
    long fileBytes = (long) WARM_UP_CHUNKS * ChunkCipher.CHUNK_BYTES;
    Manifest manifest =
        new Manifest(
            new Outline(binding, fileBytes, Runs.of(present), names),
            new byte[WARM_UP_CHUNKS * ChunkCipher.KEY_BYTES]);
    KeyChain chain =
        new KeyChain(List.of(new SealingKey(1, ChunkCipher.random(ChunkCipher.KEY_BYTES))));
    try {
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        SealedManifest.parse(manifest.seal(chain)).open(chain);
      }
    } catch (DamagedException e) {
      throw new AssertionError("what was just sealed can be opened", e);
    }
  }

  @Override
  public String toString() {
    return "Manifest[" + outline.binding() + "]"; // never the keys
  }
}
