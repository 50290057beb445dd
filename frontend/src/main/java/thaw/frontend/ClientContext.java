package thaw.frontend;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The context a client passes to the function beside the payload: a JSON object in base64. */
final class ClientContext {
  /** Longest value AWS takes, characters of base64. */
  private static final int BASE64_CHARS = 3583;

  private static final JsonFactory FACTORY = new JsonFactory();

  private ClientContext() {}

  /**
   * The JSON text.
   *
   * @throws LambdaException INVALID_REQUEST_CONTENT in AWS's words if it is none, or too long
   */
  static String decode(String base64) {
    if (base64.length() > BASE64_CHARS) {
      throw new LambdaException(
          ErrorCode.INVALID_REQUEST_CONTENT,
          "Client context must be no more than " + BASE64_CHARS + " bytes of base64.");
    }
    try {
      String json =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64)))
              .toString();
      if (isObject(json)) {
        return json;
      }
    } catch (IllegalArgumentException | CharacterCodingException | JacksonException e) {
      throw invalid();
    }
    throw invalid();
  }

  private static boolean isObject(String json) {
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    }
  }

  private static LambdaException invalid() {
    return new LambdaException(
        ErrorCode.INVALID_REQUEST_CONTENT,
        "Client context must be a valid Base64-encoded JSON object.");
  }
}
