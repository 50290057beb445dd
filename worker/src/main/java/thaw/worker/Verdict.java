package thaw.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What an invocation's client is told, in AWS's words, and what the log says about it.
 *
 * @param payload the answer's body
 * @param functionError value of X-Amz-Function-Error
 * @param logLines lines before END
 * @param status the REPORT line's fields for a failure; empty if there are none
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
record Verdict(
    byte[] payload, Optional<String> functionError, List<String> logLines, String status) {
  private static final Optional<String> UNHANDLED = Optional.of("Unhandled");

  /** The function answered. */
  static Verdict answered(byte[] payload) {
    return new Verdict(payload, Optional.empty(), List.of(), "");
  }

  /** The runtime reported an error of the handler. */
  static Verdict failed(byte[] payload) {
    return new Verdict(payload, UNHANDLED, List.of(), "");
  }

  /** The runtime reported an error of INIT, run again within the invocation. */
  static Verdict initFailed(String errorType, byte[] payload) {
    return new Verdict(payload, UNHANDLED, List.of(), errorStatus(errorType));
  }

  static Verdict tooLarge(int maxBytes) {
    String message =
        "Response payload size exceeded maximum allowed payload size (" + maxBytes + " bytes).";
    return error("Function.ResponseSizeTooLarge", message, List.of(), "");
  }

  /**
   * Time ran out.
   *
   * @param now RFC 3339 time for the log line
   */
  static Verdict timedOut(String requestId, long timeoutMillis, String now) {
    String text = "Task timed out after " + ReportLine.seconds(timeoutMillis) + " seconds";
    return error(
        "Sandbox.Timedout",
        "RequestId: " + requestId + " Error: " + text,
        List.of(now + " " + requestId + " " + text),
        "Status: timeout");
  }

  /** The runtime's process ended. */
  static Verdict exited(String requestId, RuntimeExit exit) {
    String message = "RequestId: " + requestId + " Error: " + exit.reason();
    String errorType = exit.errorType();
    return error(errorType, message, List.of(message, errorType), errorStatus(errorType));
  }

  static String errorStatus(String errorType) {
    String type = errorType.isEmpty() ? "Runtime.Unknown" : errorType;
    return "Status: error\tError Type: " + type;
  }

  private static Verdict error(
      String errorType, String message, List<String> logLines, String status) {
    // None of the texts holds a character that JSON would escape: ids are checked before.
    String json = "{\"errorType\":\"" + errorType + "\",\"errorMessage\":\"" + message + "\"}";
    return new Verdict(json.getBytes(StandardCharsets.UTF_8), UNHANDLED, logLines, status);
  }
}
