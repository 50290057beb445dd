package thaw.sandbox;

import java.io.IOException;

/** A sandbox could not be started, stopped or continued; the message says what failed. */
public final class SandboxException extends IOException {
  public SandboxException(String message) {
    super(message);
  }

  public SandboxException(String message, Throwable cause) {
    super(message, cause);
  }
}
