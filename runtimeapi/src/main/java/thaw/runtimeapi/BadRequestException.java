package thaw.runtimeapi;

/** The guest sent something that is not HTTP as this server takes it; the connection ends. */
final class BadRequestException extends Exception {
  /**
   * @param problem what was sent, to follow "The request has"; holds nothing of the guest's bytes
   */
  BadRequestException(String problem) {
    super("The request has " + problem, null, false, false);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
