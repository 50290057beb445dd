package thaw.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;

/** What is wrong with a document, in AWS's words. */
final class JsonErrors {
  private JsonErrors() {}

  /** A document that is no JSON, or goes beyond the bounds. */
  static LambdaException malformed(JacksonException e) {
    if (e instanceof JacksonIOException && e.getCause() instanceof LambdaException own) {
      return own;
    }
    String where =
        Optional.ofNullable(e.getLocation())
            .map(l -> " at line " + l.getLineNr() + ", column " + l.getColumnNr())
            .orElse("");
    return serialization(
        "Could not parse request body into json: " + bounded(e.getOriginalMessage()) + where, e);
  }

  /** A scalar was wanted, for example an {@code Integer}, and another token came. */
  static LambdaException notA(JsonToken token, String wanted) {
    return switch (token) {
      case START_OBJECT ->
          serialization("Start of structure or map found where not expected.", null);
      case START_ARRAY -> serialization("Start of list found where not expected", null);
      default ->
          serialization(
              kind(token)
                  + " can not be converted to "
                  + (wanted.startsWith("I") ? "an " : "a ")
                  + wanted,
              null);
    };
  }

  /** A structure, map or list was wanted and another token came. */
  static LambdaException expected(String wanted) {
    return serialization("Expected " + wanted + " or null", null);
  }

  static LambdaException serialization(String message, @Nullable Throwable cause) {
    return cause == null
        ? new LambdaException(ErrorCode.SERIALIZATION, message)
        : new LambdaException(ErrorCode.SERIALIZATION, message, cause);
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "NUMBER_VALUE";
      case VALUE_TRUE -> "TRUE_VALUE";
      case VALUE_FALSE -> "FALSE_VALUE";
      default -> "STRING_VALUE";
    };
  }

  /** The parser quotes what it read, which may be long. */
  private static String bounded(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }
}
