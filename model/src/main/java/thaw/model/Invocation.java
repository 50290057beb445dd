package thaw.model;

import java.util.Optional;

/**
 * One synchronous invocation on its way to a sandbox. The payload is opaque: nobody but the
 * customer's runtime parses it. The array is handed over, never copied and never changed.
 *
 * @param requestId UUID of the invocation, as in {@code x-amzn-RequestId}
 * @param payload the event's bytes
 * @param clientContext decoded JSON of {@code X-Amz-Client-Context}, if the client sent one
 * @param traceId value of {@code X-Amzn-Trace-Id}
 * @param invokedFunctionArn the ARN as invoked (with its qualifier if one was given)
 * @param tail whether the client wants the end of the log with the answer ({@code X-Amz-Log-Type:
 *     Tail}); only then is the answer held until the log is whole
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public record Invocation(
    String requestId,
    byte[] payload,
    Optional<String> clientContext,
    String traceId,
    String invokedFunctionArn,
    boolean tail) {
  /** One whose client does not ask for the log. */
  public Invocation(
      String requestId,
      byte[] payload,
      Optional<String> clientContext,
      String traceId,
      String invokedFunctionArn) {
    this(requestId, payload, clientContext, traceId, invokedFunctionArn, false);
  }
}
