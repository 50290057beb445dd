package thaw.runtimeapi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A response without guest data in it, ready as bytes. */
final class Reply {
  /** The body and status AWS answers a response or an error report with. */
  static final Reply ACCEPTED = new Reply(202, "Accepted", "{\"status\":\"OK\"}");

  static final Reply INVALID_REQUEST_ID =
      error(400, "Bad Request", "InvalidRequestID", "Invalid request ID");

  static final Reply NOT_FOUND =
      error(404, "Not Found", "NotFound", "The Runtime API has no such path");

  static final Reply WRONG_METHOD =
      error(405, "Method Not Allowed", "MethodNotAllowed", "This path takes another method");

  static final Reply TOO_LARGE =
      error(
          413,
          "Request Entity Too Large",
          "RequestEntityTooLarge",
          "Exceeded maximum allowed payload size (" + RuntimeApi.MAX_RESPONSE_BYTES + " bytes).");

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final byte[] keepingAlive;
  private final byte[] closing;

  private Reply(int status, String reason, String json) {
    this.keepingAlive = encode(status, reason, "", json);
    this.closing = encode(status, reason, "Connection: close\r\n", json);
  }

  static Reply badRequest(BadRequestException problem) {
    return error(400, "Bad Request", "BadRequest", problem.getMessage());
  }

  /** 403, for a request that is out of turn, in AWS's words. */
  static Reply outOfTurn(RuntimePhase from, RuntimePhase to) {
    return error(
        403,
        "Forbidden",
        "InvalidStateTransition",
        "State transition from "
            + from.wireName()
            + " to "
            + to.wireName()
            + " failed for runtime. Error: State transition is not allowed");
  }

  /** The head of the answer to restore/next. */
  static ByteBuffer restored(int bodyBytes) {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + bodyBytes
            + "\r\n\r\n";
    return ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
  }

  static ByteBuffer goOn() {
    return ByteBuffer.wrap(CONTINUE);
  }

  ByteBuffer bytes(boolean keepAlive) {
    return ByteBuffer.wrap(keepAlive ? keepingAlive : closing);
  }

  /** All texts are this module's own: nothing in them needs escaping. */
  private static Reply error(int status, String reason, String type, String message) {
    return new Reply(
        status, reason, "{\"errorMessage\":\"" + message + "\",\"errorType\":\"" + type + "\"}");
  }

  private static byte[] encode(int status, String reason, String header, String json) {
    String head =
        "HTTP/1.1 "
            + status
            + " "
            + reason
            + "\r\nContent-Type: application/json\r\n"
            + header
            + "Content-Length: "
            + json.length()
            + "\r\n\r\n";
    return (head + json).getBytes(StandardCharsets.US_ASCII);
  }
}
