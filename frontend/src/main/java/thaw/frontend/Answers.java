package thaw.frontend;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import software.amazon.awssdk.core.SdkPojo;
import thaw.api.AwsJson;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes answers as AWS does, with bounded patience for clients that do not take them. */
final class Answers {
  static final HeaderName REQUEST_ID = HeaderNames.create("x-amzn-RequestId");

  private static final HeaderName ERROR_TYPE = HeaderNames.create("x-amzn-ErrorType");
  static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");

  private static final JsonFactory FACTORY = new JsonFactory();

  /** Answers up to this size fit into the socket's buffer, and sending them waits for nobody. */
  private static final int SMALL_BYTES = 64 * 1024;

  private final Patience patience;

  Answers(Patience patience) {
    this.patience = patience;
  }

  void shape(ServerResponse response, Status status, SdkPojo shape) {
    json(response, status, AwsJson.write(shape));
  }

  static void noContent(ServerResponse response) {
    response.status(Status.NO_CONTENT_204);
    response.send();
  }

  void json(ServerResponse response, Status status, byte[] document) {
    response.status(status);
    response.header(JSON);
    if (document.length <= SMALL_BYTES) {
      response.send(document);
    } else {
      try (var _ = patience.begin()) {
        response.send(document);
      }
    }
  }

  /** The error document, and the error's name beside it. */
  void error(ServerResponse response, LambdaException error) {
    ErrorCode code = error.code();
    response.header(HeaderValues.create(ERROR_TYPE, code.wireName()));
    if (code == ErrorCode.LENGTH_REQUIRED) {
      // What is left of the body is in chunks of any size, which nobody may drain.
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    json(
        response,
        Status.create(code.httpStatus()),
        document(code, String.valueOf(error.getMessage())));
  }

  /** {@code {"Type":"User","message":"..."}}; some of AWS's errors spell it {@code Message}. */
  static byte[] document(ErrorCode code, String message) {
    var out = new ByteArrayOutputStream(256);
    try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      switch (code) {
        case VALIDATION,
            SERIALIZATION,
            ACCESS_DENIED,
            MISSING_AUTHENTICATION_TOKEN,
            INCOMPLETE_SIGNATURE,
            INVALID_SIGNATURE,
            UNRECOGNIZED_CLIENT,
            UNKNOWN_OPERATION ->
            json.writeStringProperty("message", message);
        case RESOURCE_NOT_FOUND,
            INVALID_ZIP_FILE,
            SNAP_START,
            SNAP_START_NOT_READY,
            SNAP_START_TIMEOUT -> {
          json.writeStringProperty("Type", "User");
          json.writeStringProperty("Message", message);
        }
        case TOO_MANY_REQUESTS -> {
          json.writeStringProperty("Type", "User");
          json.writeStringProperty("Reason", "ConcurrentInvocationLimitExceeded");
          json.writeStringProperty("message", message);
        }
        case SERVICE, SERVICE_UNAVAILABLE -> {
          json.writeStringProperty("Type", "Service");
          json.writeStringProperty("Message", message);
        }
        default -> {
          json.writeStringProperty("Type", "User");
          json.writeStringProperty("message", message);
        }
      }
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
