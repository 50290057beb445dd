package thaw.chunks;

import java.util.Set;

/** What a GC root goes through. */
public enum RootState {
  /** Takes uploads. */
  ACTIVE,
  /** Takes none; what is live in it is being carried over, or was. */
  RETIRED,
  /** Nothing live is in it any more; a read of it is an alarm. */
  EXPIRED,
  /** Gone; its objects are being deleted. */
  DELETED;

  private Set<RootState> next() {
    return switch (this) {
      case ACTIVE -> Set.of(RETIRED);
      case RETIRED -> Set.of(EXPIRED);
      case EXPIRED -> Set.of(RETIRED, DELETED); // back, if it turned out to be needed
      case DELETED -> Set.of();
    };
  }

  boolean canBecome(RootState other) {
    return next().contains(other);
  }

  /** Whether its objects can be read. */
  boolean readable() {
    return this != DELETED;
  }
}
