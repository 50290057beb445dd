package thaw.chunks;

import java.nio.ByteBuffer;

/**
 * What else than content decides a convergent key. Equal content under another salt is another
 * chunk, so a chunk that goes bad or is lost takes down only what was made under its salt.
 *
 * @param root the GC root it was made for
 * @param period number of the time period it was made in
 * @param copy which of a popular chunk's copies, from 0
 */
public record Salt(long root, long period, int copy) {
  byte[] toBytes() {
    return ByteBuffer.allocate(20).putLong(root).putLong(period).putInt(copy).array();
  }
}
