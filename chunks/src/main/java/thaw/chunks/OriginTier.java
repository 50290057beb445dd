package thaw.chunks;

import java.io.IOException;
import java.util.Optional;

/** The last tier: where everything is. */
final class OriginTier implements Tier {
  @Override
  public String name() {
    return "origin";
  }

  @Override
  public Optional<byte[]> fetch(Hash chunk, Location location) throws IOException {
    return location.readChunk(chunk);
  }

  @Override
  public void keep(Hash chunk, byte[] ciphertext) {
    throw new IllegalStateException("there is no tier behind the origin");
  }

  /** A cache may drop what it likes, the origin may not: the next attempt may give other bytes. */
  @Override
  public void discard(Hash chunk) {}
}
