package thaw.chunks;

import java.time.Instant;

/**
 * A GC root: chunks and manifests that are collected together. A manifest in a root implies that
 * its chunks and its parent are in that root too.
 *
 * @param id counts the roots, from 1; never used again
 * @param sinceMillis when it came into this state, milliseconds since 1970
 * @param alarmed whether it was read after it expired
 */
public record Root(long id, RootState state, long sinceMillis, boolean alarmed) {
  Instant since() {
    return Instant.ofEpochMilli(sinceMillis);
  }

  Root become(RootState next, Instant now) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException("root " + id + " is " + state + " and cannot be " + next);
    }
    if (next == RootState.DELETED && alarmed) {
      throw new IllegalStateException("root " + id + " was read after it expired");
    }
    return new Root(id, next, now.toEpochMilli(), false);
  }

  Root withAlarm(boolean value) {
    return new Root(id, state, sinceMillis, value);
  }
}
