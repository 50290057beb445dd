package thaw.guest;

/** A guest image could not be built; the message names what is wrong and the remedy. */
public sealed class GuestBuildException extends RuntimeException permits PackagesGoneException {
  private static final long serialVersionUID = 1L;

  public GuestBuildException(String message) {
    super(message);
  }

  public GuestBuildException(String message, Throwable cause) {
    super(message, cause);
  }
}
