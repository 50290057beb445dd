package thaw.runtimeapi;

/** A body is larger than its limit; its rest is unread. */
final class BodyTooLargeException extends Exception {
  private final long bytes;

  BodyTooLargeException(long bytes) {
    super("a body of " + bytes + " bytes", null, false, false);
    this.bytes = bytes;
  }

  /** Its size if it was announced, else what was seen of it. */
  long bytes() {
    return bytes;
  }
}
