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

  static LambdaException notStarted(ExecutionException failure) {
    @Nullable Throwable cause = failure.getCause();
    return new LambdaException(
        ErrorCode.SERVICE,
        "The sandbox could not be started: " + (cause == null ? failure : cause).getMessage(),
        failure);
  }
}
