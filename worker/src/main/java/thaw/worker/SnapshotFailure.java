package thaw.worker;

import java.nio.charset.StandardCharsets;
import thaw.runtimeapi.RuntimeOutcome;

/**
 * Why no snapshot of a function could be taken: a fault of the function's.
 *
 * @param message for the function's owner
 */
public record SnapshotFailure(Cause cause, String message) {
  private static final int MESSAGE_BYTES_MAX = 1_000;

  /** What went wrong. */
  public enum Cause {
    /** INIT took too long. */
    INIT_TIMEOUT,
    /** INIT, or a hook before the snapshot, reported an error. */
    INIT_ERROR,
    /** A container image is not made for it: its runtime does not ask to be frozen. */
    NOT_RESTORABLE,
    /** The runtime's process ended, or never asked to be frozen. */
    RUNTIME_EXITED
  }

  static SnapshotFailure of(RuntimeOutcome outcome) {
    return switch (outcome) {
      case RuntimeOutcome.TimedOut _ ->
          new SnapshotFailure(Cause.INIT_TIMEOUT, "INIT did not end in time.");
      case RuntimeOutcome.Failed failed ->
          new SnapshotFailure(
              Cause.INIT_ERROR,
              "INIT failed with " + failed.errorType() + ": " + text(failed.payload()));
      case RuntimeOutcome.Ready _ ->
          new SnapshotFailure(
              Cause.NOT_RESTORABLE,
              "The image does not support SnapStart: its runtime does not call"
                  + " /runtime/restore/next, and it does not carry the label"
                  + " com.amazonaws.lambda.feature.snapstart=Allow.");
      default ->
          new SnapshotFailure(
              Cause.RUNTIME_EXITED, "The runtime ended before a snapshot could be taken.");
    };
  }

  private static String text(byte[] payload) {
    return new String(
        payload, 0, Math.min(payload.length, MESSAGE_BYTES_MAX), StandardCharsets.UTF_8);
  }
}
