package thaw.configuration;

import java.util.EnumSet;
import java.util.Set;

/**
 * The states of a published version, which the API shows as State. What the version runs is the
 * same in all of them.
 *
 * <pre>
 * PENDING   -> ACTIVE, FAILED
 * ACTIVE    -> INACTIVE
 * INACTIVE  -> RESTORING
 * RESTORING -> ACTIVE, INACTIVE (if its snapshot could not be made)
 * </pre>
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-function-states">
 *     AWS: SnapStart and function states</a>
 */
enum VersionLifecycle {
  /** Pending: its code is made ready and its snapshot taken; it cannot be invoked yet. */
  PENDING,
  /** Active: it can be invoked. */
  ACTIVE,
  /** Failed for good: publish another one. */
  FAILED,
  /** Inactive: not invoked for long, its snapshot was given up. The next invocation wakes it. */
  INACTIVE,
  /** Pending again: its snapshot is taken anew. */
  RESTORING;

  private Set<VersionLifecycle> next() {
    return switch (this) {
      case PENDING -> EnumSet.of(ACTIVE, FAILED);
      case ACTIVE -> EnumSet.of(INACTIVE);
      case INACTIVE -> EnumSet.of(RESTORING);
      case RESTORING -> EnumSet.of(ACTIVE, INACTIVE);
      case FAILED -> EnumSet.noneOf(VersionLifecycle.class);
    };
  }

  /** Whether work is under way that a new process has to take up. */
  boolean underWay() {
    return this == PENDING || this == RESTORING;
  }

  /**
   * The next state.
   *
   * @throws IllegalStateException if it cannot follow this one
   */
  VersionLifecycle to(VersionLifecycle state) {
    if (!next().contains(state)) {
      throw new IllegalStateException("a version cannot go from " + this + " to " + state);
    }
    return state;
  }
}
