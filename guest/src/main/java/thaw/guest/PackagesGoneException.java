package thaw.guest;

/** A package of the list is no longer on the mirror: Debian keeps only the newest. */
final class PackagesGoneException extends GuestBuildException {
  private static final long serialVersionUID = 1L;

  PackagesGoneException(GuestBuildException cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
