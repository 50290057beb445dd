package thaw.api;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON of AWS's REST-JSON protocol, read into and written from the request and response classes
 * of the AWS SDK. Only members that live in the document are touched: what travels in the path, the
 * query or a header is the frontend's. Blobs are base64, timestamps seconds since the epoch.
 *
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html">AWS restJson1</a>
 */
public final class AwsJson {
  /** Deepest nesting that is read; the deepest request of the API nests four levels. */
  static final int NESTING_DEPTH = 64;

  /**
   * Longest string that is read, characters: a deployment package of 50 MiB in base64, with room.
   */
  static final int STRING_CHARS = 72 * 1024 * 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // The stream is the caller's to close.
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_DEPTH)
                  .maxStringLength(STRING_CHARS)
                  .maxNumberLength(64)
                  .maxNameLength(4096)
                  .build())
          .build();

  private AwsJson() {}

  /**
   * Reads a JSON object into a request or response, for example into {@code
   * CreateFunctionRequest.builder()}. Members it does not know are ignored, as are nulls. An empty
   * document leaves the builder as it is.
   *
   * @throws thaw.model.LambdaException SERIALIZATION with AWS's text for what is not JSON or of the
   *     wrong type, REQUEST_TOO_LARGE or SERVICE as the stream itself throws them
   */
  public static void readInto(InputStream json, SdkPojo builder) {
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      new ShapeReader(parser).readDocument(builder);
    } catch (JacksonException e) {
      throw JsonErrors.malformed(e);
    }
  }

  /** As {@link #readInto(InputStream, SdkPojo)}, from memory. */
  public static void readInto(byte[] json, SdkPojo builder) {
    readInto(new ByteArrayInputStream(json), builder);
  }

  /** Writes a request or response as a JSON object; members that are not set are left out. */
  public static byte[] write(SdkPojo shape) {
    var out = new ByteArrayOutputStream(1024);
    try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      ShapeWriter.writeObject(generator, shape);
    }
    return out.toByteArray();
  }
}
