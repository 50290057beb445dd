package thaw.snapshots;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A set of pages, written as runs: how many, then the first page and the length of each, ascending.
 *
 * @param pages changed by nobody
 */
record PageRuns(BitSet pages) {
  private static final int RUN_BYTES = 8;

  static PageRuns of(BitSet pages) {
    return new PageRuns((BitSet) pages.clone());
  }

  boolean contains(long page) {
    return pages.get(Math.toIntExact(page));
  }

  private int count() {
    int runs = 0;
    for (int at = pages.nextSetBit(0); at >= 0; at = pages.nextSetBit(pages.nextClearBit(at))) {
      runs++;
    }
    return runs;
  }

  int encodedBytes() {
    return 4 + count() * RUN_BYTES;
  }

  void writeTo(ByteBuffer out) {
    out.putInt(count());
    for (int at = pages.nextSetBit(0); at >= 0; ) {
      int end = pages.nextClearBit(at);
      out.putInt(at).putInt(end - at);
      at = pages.nextSetBit(end);
    }
  }

  /** Reads runs; like all that is authenticated they are checked nevertheless. */
  static PageRuns readFrom(ByteBuffer in, long totalPages) throws DamagedSnapshotException {
    int runs = in.getInt();
    if (runs < 0 || runs > in.remaining() / RUN_BYTES) {
      throw new DamagedSnapshotException("a set of pages claims " + runs + " runs");
    }
    BitSet pages = new BitSet();
    int free = 0;
    for (int run = 0; run < runs; run++) {
      int first = in.getInt();
      int length = in.getInt();
      if (first < free || length < 1 || length > totalPages - first) {
        throw new DamagedSnapshotException("run " + run + " of a set of pages is out of place");
      }
      pages.set(first, first + length);
      free = first + length + 1;
    }
    return new PageRuns(pages);
  }
}
