package thaw.frontend;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import org.jspecify.annotations.Nullable;
import thaw.model.ErrorCode;

/** Words what Helidon refuses before a request reaches a handler. */
final class DirectAnswers implements DirectHandler {
  static DirectHandlers handlers() {
    var builder = DirectHandlers.builder();
    for (EventType type : EventType.values()) {
      builder.addHandler(type, new DirectAnswers());
    }
    return builder.build();
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType eventType,
      Status given,
      ServerResponseHeaders headers,
      @Nullable String message) {
    // What fails within the handler is answered there: here it is Helidon, at a broken request.
    Status status = eventType == EventType.INTERNAL_ERROR ? Status.BAD_REQUEST_400 : given;
    ErrorCode code = code(status);
    String text =
        switch (code) {
          case SERVICE -> "An internal error occurred";
          case TOO_MANY_REQUESTS -> "Rate Exceeded.";
          default -> refused(status, message);
        };
    headers.set(HeaderNames.CONTENT_TYPE, "application/json");
    headers.set(Answers.REQUEST_ID, RequestIds.requestId());
    headers.set(HeaderNames.create("x-amzn-ErrorType"), code.wireName());
    headers.set(HeaderValues.CONNECTION_CLOSE);
    return TransportResponse.builder()
        .status(code == ErrorCode.TOO_MANY_REQUESTS ? Status.TOO_MANY_REQUESTS_429 : status)
        .headers(headers)
        .entity(Answers.document(code, text))
        .keepAlive(false)
        .build();
  }

  private static String refused(Status status, @Nullable String message) {
    return "The request was refused: "
        + status.reasonPhrase()
        + (message == null
                || message.equals("Internal error")
                || message.startsWith("Bad request, see")
            ? ""
            : " (" + message + ")");
  }

  private static ErrorCode code(Status status) {
    return switch (status.code()) {
      case 503 -> ErrorCode.TOO_MANY_REQUESTS; // too many requests in progress
      case 413 -> ErrorCode.REQUEST_ENTITY_TOO_LARGE;
      default -> status.code() >= 500 ? ErrorCode.SERVICE : ErrorCode.INVALID_REQUEST_CONTENT;
    };
  }
}
