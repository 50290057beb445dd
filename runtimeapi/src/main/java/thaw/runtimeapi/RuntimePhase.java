package thaw.runtimeapi;

import java.util.Set;

/** Where a runtime's process is; the names are those AWS's Runtime API uses in its errors. */
enum RuntimePhase {
  /** INIT runs. */
  STARTED("Started"),
  /** INIT reported an error; nothing follows. */
  INIT_ERROR("InitError"),
  /** It waits for a snapshot to be taken, and in every clone for the restore. */
  RESTORABLE("RestoreReady"),
  /** It waits for an invocation. */
  READY("Ready"),
  /** It has an invocation. */
  RUNNING("Running"),
  /** Its answer is being read. */
  RESPONDING("InvocationResponse"),
  /** Its answer was read; it has not yet asked for the next invocation. */
  RESPONSE_SENT("ResponseSent"),
  /** Time ran out or the process is gone; nothing follows. */
  FINISHED("Finished");

  private final String wireName;

  RuntimePhase(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }

  /** Whether the state machine has an edge from here to {@code to}. */
  boolean allows(RuntimePhase to) {
    return next().contains(to);
  }

  private Set<RuntimePhase> next() {
    return switch (this) {
      case STARTED -> Set.of(READY, RESTORABLE, INIT_ERROR, FINISHED);
      case READY -> Set.of(READY, RUNNING, FINISHED);
      // To itself: a runtime that asks again without an answer gets the same invocation again.
      case RUNNING -> Set.of(RUNNING, RESPONDING, FINISHED);
      // Back to RUNNING if the connection broke within the answer.
      case RESPONDING -> Set.of(RUNNING, RESPONSE_SENT, FINISHED);
      // A template has been exercised when it asks to be frozen.
      case RESPONSE_SENT -> Set.of(READY, RESTORABLE, FINISHED);
      // Clones live on in their own sandboxes, each with a Runtime API of its own; a runtime that
      // was not frozen is told to go on in this one.
      case RESTORABLE -> Set.of(STARTED, FINISHED);
      case INIT_ERROR, FINISHED -> Set.of();
    };
  }
}
