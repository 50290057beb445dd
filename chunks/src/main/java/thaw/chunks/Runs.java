package thaw.chunks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Which chunks of a file are there (the others are zero), as ascending runs that do not touch, and
 * at which place of the manifest's tables each stands.
 */
final class Runs {
  static final int ABSENT = -1;
  private static final int RUN_BYTES = 8;

  private final int[] starts;
  private final int[] places;
  private final int count;

  private Runs(int[] starts, int[] places, int count) {
    this.starts = starts;
    this.places = places;
    this.count = count;
  }

  static Runs of(BitSet present) {
    int[] starts = new int[present.cardinality()];
    int[] places = new int[starts.length];
    int runs = 0;
    int place = 0;
    for (int start = present.nextSetBit(0); start >= 0; runs++) {
      int end = present.nextClearBit(start);
      starts[runs] = start;
      places[runs] = place;
      place += end - start;
      start = present.nextSetBit(end);
    }
    return new Runs(Arrays.copyOf(starts, runs), Arrays.copyOf(places, runs), place);
  }

  /** How many chunks are there. */
  int count() {
    return count;
  }

  /** A chunk's place in the tables, or {@link #ABSENT}. */
  int place(int chunk) {
    int found = Arrays.binarySearch(starts, chunk);
    int run = found >= 0 ? found : -found - 2;
    if (run < 0) {
      return ABSENT;
    }
    int place = places[run] + chunk - starts[run];
    return place < endPlace(run) ? place : ABSENT;
  }

  private int endPlace(int run) {
    return run + 1 < places.length ? places[run + 1] : count;
  }

  int encodedBytes() {
    return 4 + starts.length * RUN_BYTES;
  }

  void write(ByteBuffer out) {
    out.putInt(starts.length);
    for (int run = 0; run < starts.length; run++) {
      out.putInt(starts[run]).putInt(endPlace(run) - places[run]);
    }
  }

  /**
   * Reads runs.
   *
   * @param chunks length of the file in chunks; every run must lie in it
   */
  static Runs read(ByteBuffer in, int chunks) throws DamagedException {
    int runs = in.getInt();
    if (runs < 0 || runs > in.remaining() / RUN_BYTES) {
      throw new DamagedException("the manifest has " + runs + " runs");
    }
    int[] starts = new int[runs];
    int[] places = new int[runs];
    int place = 0;
    int free = 0;
    for (int run = 0; run < runs; run++) {
      starts[run] = in.getInt();
      places[run] = place;
      int length = in.getInt();
      if (starts[run] < free || length < 1 || length > chunks - starts[run]) {
        throw new DamagedException("run " + run + " of the manifest is out of place");
      }
      place += length;
      free = starts[run] + length + 1;
    }
    return new Runs(starts, places, place);
  }
}
