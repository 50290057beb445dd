package thaw.chunks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Native memory for chunks, in slabs of many slots that are allocated when first needed. */
final class Slots {
  static final int SLOTS_PER_SLAB = 8;
  private static final int PAGE_BYTES = 4096;

  private final int most;
  private final Deque<MemorySegment> free = new ArrayDeque<>();
  private int made;

  /**
   * Slots, none of them allocated yet.
   *
   * @param most how many there are at most
   */
  Slots(int most) {
    this.most = most;
  }

  /** A slot for a chunk, empty if all are taken. */
  synchronized Optional<MemorySegment> take() {
    if (free.isEmpty() && made < most) {
      int more = Math.min(SLOTS_PER_SLAB, most - made);
      MemorySegment slab =
          Arena.ofAuto().allocate((long) more * ChunkCipher.CHUNK_BYTES, PAGE_BYTES);
      for (int slot = 0; slot < more; slot++) {
        free.add(slab.asSlice((long) slot * ChunkCipher.CHUNK_BYTES, ChunkCipher.CHUNK_BYTES));
      }
      made += more;
    }
    return Optional.ofNullable(free.poll());
  }

  synchronized void giveBack(MemorySegment slot) {
    free.push(slot);
  }
}
