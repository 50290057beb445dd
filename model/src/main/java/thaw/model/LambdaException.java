package thaw.model;

/** An error the client is told about, in AWS's words: the message is the user's message. */
public final class LambdaException extends RuntimeException {
  private final ErrorCode code;

  public LambdaException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public LambdaException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
