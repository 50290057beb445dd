package thaw.cli;

import java.util.Optional;

/** Something went wrong that the user can act on: shown as "thaw: message" and the remedy. */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final transient Optional<String> remedy;

  public UserError(String message) {
    this(ExitCodes.FAILED, message, Optional.empty());
  }

  public UserError(String message, String remedy) {
    this(ExitCodes.FAILED, message, Optional.of(remedy));
  }

  public UserError(int exitCode, String message, Optional<String> remedy) {
    super(message);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }

  int exitCode() {
    return exitCode;
  }

  /** What to do about it. */
  Optional<String> remedy() {
    return remedy;
  }
}
