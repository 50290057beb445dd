package thaw.worker;

import java.util.EnumSet;
import java.util.Set;

/**
 * The life of a sandbox. A reset after an error happens inside BUSY (AWS's suppressed init), so
 * there is no way back to INIT, and nothing comes back from DEAD.
 *
 * <pre>
 *   from \ to   INIT   IDLE   BUSY   DEAD
 *   INIT         -     yes     -     yes
 *   IDLE         -      -     yes    yes
 *   BUSY         -     yes     -     yes
 *   DEAD         -      -      -      -
 * </pre>
 */
enum SandboxState {
  /** It is being started; nobody can lease it. */
  INIT,
  /** It waits for an invocation. */
  IDLE,
  /** It serves exactly one invocation. */
  BUSY,
  /** It is gone or being ended. */
  DEAD;

  /** Whether the table allows the step. */
  boolean mayBecome(SandboxState next) {
    return next().contains(next);
  }

  private Set<SandboxState> next() {
    return switch (this) {
      case INIT -> EnumSet.of(IDLE, DEAD);
      case IDLE -> EnumSet.of(BUSY, DEAD);
      case BUSY -> EnumSet.of(IDLE, DEAD);
      case DEAD -> EnumSet.noneOf(SandboxState.class);
    };
  }
}
