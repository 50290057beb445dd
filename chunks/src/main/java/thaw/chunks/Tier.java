package thaw.chunks;

import java.io.IOException;
import java.util.Optional;

/**
 * A place that may hold a chunk's ciphertext. The read path asks its tiers in order, verifies
 * whatever comes, and gives it to those before.
 */
interface Tier {
  /** What it is called in statistics. */
  String name();

  /** A chunk's ciphertext, not verified; empty if it is not there. */
  Optional<byte[]> fetch(Hash chunk, Location location) throws IOException;

  /** Offers a chunk that was found further away, verified. */
  void keep(Hash chunk, byte[] ciphertext) throws IOException;

  /** Drops a chunk that turned out to be damaged here. */
  void discard(Hash chunk) throws IOException;
}
