package thaw.chunks;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A decrypted chunk in memory, valid as long as somebody holds it: the cache, a fetch under way, or
 * a reader. Its slot is free again when the last one lets go.
 */
final class PlainChunk implements AutoCloseable {
  private final MemorySegment bytes;
  private final Runnable free;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * A chunk held by whoever makes it.
   *
   * @param free called once, when nobody holds it any more
   */
  PlainChunk(MemorySegment bytes, Runnable free) {
    this.bytes = bytes;
    this.free = free;
  }

  MemorySegment bytes() {
    return bytes;
  }

  /** Holds it once more; false if it is gone already. */
  boolean hold() {
    int before;
    do {
      before = holders.get();
      if (before == 0) {
        return false;
      }
    } while (!holders.compareAndSet(before, before + 1));
    return true;
  }

  /** Lets go of it; once for each time it was held. */
  @Override
  public void close() {
    if (holders.decrementAndGet() == 0) {
      free.run();
    }
  }
}
