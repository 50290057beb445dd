package thaw.configuration;

import java.util.EnumSet;
import java.util.Set;

/**
 * The states of a function, which the API shows as State and LastUpdateStatus.
 *
 * <pre>
 * CREATING -> ACTIVE, FAILED
 * ACTIVE   -> UPDATING
 * UPDATING -> ACTIVE, FAILED (if it was before)
 * FAILED   -> UPDATING
 * </pre>
 */
enum Lifecycle {
  /** Pending: its code is being made ready; it cannot be invoked yet. */
  CREATING,
  /** Active; the last update succeeded, failed or was never. */
  ACTIVE,
  /** Active with an update in progress: what was there before serves until it is done. */
  UPDATING,
  /** Failed: it could not be made ready and cannot be invoked. */
  FAILED;

  private Set<Lifecycle> next() {
    return switch (this) {
      case CREATING, UPDATING -> EnumSet.of(ACTIVE, FAILED);
      case ACTIVE, FAILED -> EnumSet.of(UPDATING);
    };
  }

  /**
   * The next state.
   *
   * @throws IllegalStateException if it cannot follow this one
   */
  Lifecycle to(Lifecycle state) {
    if (!next().contains(state)) {
      throw new IllegalStateException("a function cannot go from " + this + " to " + state);
    }
    return state;
  }
}
