package thaw.worker;

import java.util.Optional;
import thaw.agent.ExitStatus;
import thaw.runtimeapi.RuntimeOutcome;

/**
 * What the runtime made of an invocation.
 *
 * @param inInit whether it came to an end in INIT, run again within the invocation
 * @param resetMicros that INIT's time; 0 without one
 * @param handlerMicros from handing the invocation over until the answer was whole
 * @param exit how the process ended, if it did and the sandbox did not
 */
record Turn(
    RuntimeOutcome outcome,
    boolean inInit,
    long resetMicros,
    long handlerMicros,
    Optional<ExitStatus> exit) {
  long durationMicros() {
    return resetMicros + handlerMicros;
  }

  /** Whether the runtime's process can serve the next invocation. */
  boolean runtimeLives() {
    return switch (outcome) {
      case RuntimeOutcome.Responded _, RuntimeOutcome.TooLarge _ -> true;
      case RuntimeOutcome.Failed _ -> !inInit;
      case RuntimeOutcome.Ready _,
          RuntimeOutcome.Restorable _,
          RuntimeOutcome.Exited _,
          RuntimeOutcome.TimedOut _ ->
          false;
    };
  }
}
