package thaw.worker;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicReference;

/** A sandbox's state, changed only along the edges of {@link SandboxState}'s table. */
final class SandboxLifecycle {
  private final AtomicReference<SandboxState> state = new AtomicReference<>(SandboxState.INIT);

  SandboxState state() {
    return requireNonNull(state.get());
  }

  /**
   * Takes one step.
   *
   * @return false if it is not (or no longer) in {@code from}
   * @throws IllegalStateException if the table has no such edge
   */
  boolean move(SandboxState from, SandboxState to) {
    if (!from.mayBecome(to)) {
      throw new IllegalStateException("a sandbox never goes from " + from + " to " + to);
    }
    return state.compareAndSet(from, to);
  }

  /**
   * Ends it, whatever it is doing.
   *
   * @return what it was before; DEAD if someone else has ended it
   */
  SandboxState die() {
    return requireNonNull(state.getAndSet(SandboxState.DEAD));
  }
}
