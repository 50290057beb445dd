package thaw.chunks;

import java.nio.charset.StandardCharsets;

/** Where a chunk's key comes from. */
sealed interface ChunkKeys {
  /** The key for this plaintext. */
  byte[] keyFor(byte[] plain);

  /** A random key each: for snapshots, whose chunks hold memory and are never alike. */
  record Random() implements ChunkKeys {
    @Override
    public byte[] keyFor(byte[] plain) {
      return ChunkCipher.random(ChunkCipher.KEY_BYTES);
    }
  }

  /**
   * Convergent: HMAC-SHA256(domain secret, label, salt, SHA-256(plaintext)), so equal content of
   * one domain is one chunk, and whoever lacks the secret cannot tell what a chunk holds by
   * guessing. Chunks of public bases are of the public domain, all others of the account's.
   *
   * @param accountSecret the account's domain secret
   * @param publicSecret the public domain's secret
   */
  @SuppressWarnings("ArrayRecordComponent") // secrets, compared by nobody
  record Convergent(byte[] accountSecret, byte[] publicSecret, PublicBases bases, Salt salt)
      implements ChunkKeys {
    private static final byte[] LABEL = "thaw chunk key 1".getBytes(StandardCharsets.US_ASCII);

    @Override
    public byte[] keyFor(byte[] plain) {
      Hash content = Hash.of(plain);
      byte[] secret = bases.contains(content) ? publicSecret : accountSecret;
      return ChunkCipher.hmac(secret, LABEL, salt.toBytes(), content.toBytes());
    }
  }
}
