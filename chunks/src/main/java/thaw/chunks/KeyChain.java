package thaw.chunks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** All generations of an owner's key: the newest seals, every one opens. */
public final class KeyChain {
  private static final byte[] DOMAIN_LABEL =
      "thaw domain secret 1".getBytes(StandardCharsets.US_ASCII);

  private final List<SealingKey> keys;

  /** A chain of at least one key, oldest first. */
  KeyChain(List<SealingKey> keys) {
    this.keys = List.copyOf(keys);
  }

  SealingKey newest() {
    return keys.getLast();
  }

  Optional<SealingKey> generation(int generation) {
    return keys.stream().filter(key -> key.generation() == generation).findFirst();
  }

  List<SealingKey> keys() {
    return keys;
  }

  /**
   * The secret of the owner's deduplication domain. It turns when the key is rotated: manifests
   * carry their chunks' keys, so nothing that exists depends on it.
   */
  byte[] domainSecret() {
    return ChunkCipher.hmac(newest().key(), DOMAIN_LABEL);
  }
}
