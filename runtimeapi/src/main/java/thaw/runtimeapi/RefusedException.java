package thaw.runtimeapi;

/** A well-formed request that may not be carried out now. */
final class RefusedException extends Exception {
  private final transient Reply reply;

  RefusedException(Reply reply) {
    super("refused", null, false, false);
    this.reply = reply;
  }

  Reply reply() {
    return reply;
  }
}
