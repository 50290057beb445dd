package thaw.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/** Reads one document into a shape, token by token; nothing of it is kept but the shape. */
final class ShapeReader {
  /** Most elements of one list or map: far beyond what any constraint of the model allows. */
  private static final int ELEMENTS = 10_000;

  private final JsonParser json;

  ShapeReader(JsonParser json) {
    this.json = json;
  }

  void readDocument(SdkPojo builder) {
    JsonToken first = json.nextToken();
    if (first == null) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      throw JsonErrors.expected("structure");
    }
    readMembers(builder);
    if (json.nextToken() != null) {
      throw JsonErrors.serialization(
          "Could not parse request body into json: unexpected data after the document", null);
    }
  }

  private void readMembers(SdkPojo builder) {
    Map<String, SdkField<?>> fields = ShapeFields.ofDocument(builder);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      SdkField<?> field = fields.get(json.currentName());
      json.nextToken();
      if (field == null) {
        json.skipChildren();
      } else {
        Object value = read(field);
        if (value != null) {
          field.set(builder, value);
        }
      }
    }
  }

  private @Nullable Object read(SdkField<?> field) {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (field.marshallingType().getKnownType()) {
      case STRING -> want(token == JsonToken.VALUE_STRING, "String", json::getString);
      case INTEGER -> want(isWhole(token), "Integer", () -> Math.toIntExact(json.getLongValue()));
      case LONG -> want(isWhole(token), "Long", json::getLongValue);
      case DOUBLE -> want(token.isNumeric(), "Double", json::getDoubleValue);
      case BOOLEAN -> want(token.isBoolean(), "Boolean", json::getBooleanValue);
      case INSTANT -> want(token.isNumeric(), "Timestamp", this::instant);
      case SDK_BYTES -> want(token == JsonToken.VALUE_STRING, "Blob", this::blob);
      case SDK_POJO -> structure(field);
      case LIST -> list(field);
      case MAP -> map(field);
      default ->
          throw new IllegalStateException("The API has no member of " + field.marshallingType());
    };
  }

  /** Whole numbers, also when they are written as 1.0 or 1e2. */
  private boolean isWhole(JsonToken token) {
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return true;
    }
    // A double is exact enough here: every integer of the API is far below 2^53, and an exponent
    // like 1e999999999 must not be expanded.
    return token == JsonToken.VALUE_NUMBER_FLOAT
        && json.getDoubleValue() == Math.rint(json.getDoubleValue());
  }

  private Object want(boolean matches, String wanted, java.util.function.Supplier<Object> value) {
    if (!matches) {
      throw JsonErrors.notA(json.currentToken(), wanted);
    }
    try {
      return value.get();
    } catch (ArithmeticException | tools.jackson.core.exc.InputCoercionException e) {
      throw JsonErrors.notA(json.currentToken(), wanted);
    }
  }

  private Instant instant() {
    double seconds = json.getDoubleValue();
    if (Math.abs(seconds) > 1e12) {
      throw new ArithmeticException("beyond what a timestamp holds");
    }
    return Instant.ofEpochMilli(Math.round(seconds * 1000));
  }

  private SdkBytes blob() {
    try {
      return SdkBytes.fromByteArrayUnsafe(json.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS));
    } catch (StreamReadException e) {
      throw JsonErrors.serialization("The blob is not valid base64", e);
    }
  }

  private Object structure(SdkField<?> field) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw JsonErrors.expected("structure");
    }
    SdkPojo builder = field.constructor().get();
    readMembers(builder);
    return ((Buildable) builder).build();
  }

  private List<Object> list(SdkField<?> field) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw JsonErrors.expected("list");
    }
    SdkField<?> element = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
    List<Object> list = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      Object value = read(element);
      if (value == null) {
        throw JsonErrors.serialization("A list must not hold null", null);
      }
      list.add(value);
      bound(list.size());
    }
    return list;
  }

  private Map<String, Object> map(SdkField<?> field) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw JsonErrors.expected("map");
    }
    SdkField<?> element = field.getRequiredTrait(MapTrait.class).valueFieldInfo();
    Map<String, Object> map = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      Object value = read(element);
      if (value == null) {
        throw JsonErrors.serialization("A map must not hold null", null);
      }
      map.put(key, value);
      bound(map.size());
    }
    return map;
  }

  private static void bound(int elements) {
    if (elements > ELEMENTS) {
      throw JsonErrors.serialization(
          "A list or map holds more than " + ELEMENTS + " elements", null);
    }
  }
}
