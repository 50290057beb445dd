package thaw.runtimeapi;

/** What the runtime did with INIT or with an invocation. */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public sealed interface RuntimeOutcome {
  /** INIT is done: the runtime asked for its first invocation. */
  record Ready() implements RuntimeOutcome {}

  /** The runtime asked to be frozen: a snapshot may be taken now. */
  record Restorable() implements RuntimeOutcome {}

  /**
   * The function answered.
   *
   * @param payload the answer's bytes, at most {@link RuntimeApi#MAX_RESPONSE_BYTES}
   */
  record Responded(byte[] payload) implements RuntimeOutcome {}

  /**
   * The runtime reported an error, of INIT or of the invocation.
   *
   * @param errorType value of Lambda-Runtime-Function-Error-Type, or empty
   * @param payload the error document the runtime sent; empty if an INIT error's was too large
   */
  record Failed(String errorType, byte[] payload) implements RuntimeOutcome {}

  /**
   * The answer was larger than {@link RuntimeApi#MAX_RESPONSE_BYTES}. The runtime goes on.
   *
   * @param bytes its size if the runtime announced it, else what was seen of it
   */
  record TooLarge(long bytes) implements RuntimeOutcome {}

  /** The runtime's process ended without an answer. */
  record Exited() implements RuntimeOutcome {}

  /** Time ran out. */
  record TimedOut() implements RuntimeOutcome {}
}
