package thaw.worker;

import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** Why an invocation gets no sandbox, in AWS's words where AWS has them. */
final class Refusals {
  private Refusals() {}

  /** The host is full or a wait was too long; AWS's text for a throttled invocation. */
  static LambdaException throttled() {
    return new LambdaException(ErrorCode.TOO_MANY_REQUESTS, "Rate Exceeded.");
  }

  static LambdaException closed() {
    return new LambdaException(ErrorCode.SERVICE_UNAVAILABLE, "The worker is shutting down.");
  }

  /** AWS's text for a hook after the restore that failed. */
  static LambdaException hookFailed() {
    return new LambdaException(
        ErrorCode.SNAP_START,
        "The afterRestore() runtime hook encountered an error. For more information, check the"
            + " function's log.");
  }

  static LambdaException restoreTimedOut() {
    return new LambdaException(
        ErrorCode.SNAP_START_TIMEOUT,
        "Lambda couldn't restore the snapshot within the timeout limit.");
  }

  static LambdaException notStarted(ExecutionException failure) {
    @Nullable Throwable cause = failure.getCause();
    return new LambdaException(
        ErrorCode.SERVICE,
        "The sandbox could not be started: " + (cause == null ? failure : cause).getMessage(),
        failure);
  }
}
