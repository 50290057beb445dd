package thaw.frontend;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import software.amazon.awssdk.core.SdkPojo;
import thaw.api.AwsJson;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.Limits;

/** Reads request bodies, bounded in size, waited for with bounded patience. */
final class Bodies {
  /**
   * Largest JSON document, bytes, as AWS bounds it: a package of 50 MiB in base64 and some more.
   */
  static final int JSON_BYTES = 70_167_211;

  private static final byte[] EMPTY = {};

  private final Patience patience;

  Bodies(Patience patience) {
    this.patience = patience;
  }

  /**
   * How long the body is, bytes.
   *
   * @throws LambdaException LENGTH_REQUIRED for a chunked one: its chunks would have to be held in
   *     memory before their sum is known
   */
  static long length(ServerRequest request) {
    var headers = request.headers();
    if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
      throw new LambdaException(
          ErrorCode.LENGTH_REQUIRED,
          "Send the body with a Content-Length: Transfer-Encoding is not accepted");
    }
    return headers.contentLength().orElse(0);
  }

  /**
   * The payload of an invocation: read straight into an array of its size, and left as it is.
   *
   * @throws LambdaException REQUEST_TOO_LARGE in AWS's words
   */
  byte[] payload(ServerRequest request) {
    int length =
        bounded(request, Limits.PAYLOAD_BYTES, ErrorCode.REQUEST_TOO_LARGE, "InvokeFunction");
    if (length == 0) {
      return EMPTY;
    }
    byte[] payload = new byte[length];
    try (var in = new BodyStream(request.content().inputStream(), patience)) {
      if (in.readNBytes(payload, 0, length) < length) {
        throw new CloseConnectionException("The body ended before its Content-Length");
      }
      in.drain(); // nothing is left, and Helidon shall know
    } catch (IOException e) {
      throw new CloseConnectionException("The body could not be read", e);
    }
    return payload;
  }

  /**
   * Reads a JSON document into a request as it comes in.
   *
   * @throws LambdaException REQUEST_ENTITY_TOO_LARGE, or as {@link AwsJson#readInto} does
   */
  void json(ServerRequest request, SdkPojo builder, String operation) {
    if (bounded(request, JSON_BYTES, ErrorCode.REQUEST_ENTITY_TOO_LARGE, operation) > 0) {
      try (var in = new BodyStream(request.content().inputStream(), patience)) {
        try {
          AwsJson.readInto(in, builder);
        } finally {
          in.drain();
        }
      } catch (IOException e) {
        throw new CloseConnectionException("The body could not be read", e);
      }
    }
  }

  /** Reads and drops a body that nobody asked for, after the answer, so that the client sees it. */
  void drain(ServerRequest request) {
    var content = request.content();
    if (content.hasEntity() && !content.consumed()) {
      try (var in = new BodyStream(content.inputStream(), patience)) {
        in.drain();
      } catch (IOException e) {
        throw new CloseConnectionException("The body could not be drained", e);
      }
    }
  }

  private static int bounded(
      ServerRequest request, int maxBytes, ErrorCode code, String operation) {
    long length = length(request);
    if (length > maxBytes) {
      throw new LambdaException(
          code,
          "Request must be smaller than "
              + maxBytes
              + " bytes for the "
              + operation
              + " operation");
    }
    return (int) length;
  }
}
