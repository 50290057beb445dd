package thaw.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import tools.jackson.core.JsonGenerator;

/** Writes a shape's document members, in the order of the service model. */
final class ShapeWriter {
  private ShapeWriter() {}

  static void writeObject(JsonGenerator json, SdkPojo shape) {
    json.writeStartObject();
    for (SdkField<?> field : shape.sdkFields()) {
      Object value = field.getValueOrDefault(shape);
      if (field.location() == MarshallLocation.PAYLOAD && isSet(value)) {
        json.writeName(field.locationName());
        writeValue(json, value);
      }
    }
    json.writeEndObject();
  }

  /** The SDK stands in an empty list or map of its own for one that was never set. */
  private static boolean isSet(@Nullable Object value) {
    return value != null
        && !(value instanceof SdkAutoConstructList)
        && !(value instanceof SdkAutoConstructMap);
  }

  private static void writeValue(JsonGenerator json, Object value) {
    switch (value) {
      case String s -> json.writeString(s);
      case Integer i -> json.writeNumber(i);
      case Long l -> json.writeNumber(l);
      case Double d -> json.writeNumber(d);
      case Boolean b -> json.writeBoolean(b);
      case Instant t -> json.writeNumber(BigDecimal.valueOf(t.toEpochMilli(), 3));
      case SdkBytes b -> json.writeBinary(b.asByteArrayUnsafe());
      case SdkPojo p -> writeObject(json, p);
      case List<?> list -> {
        json.writeStartArray();
        list.forEach(element -> writeValue(json, element));
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        map.forEach((key, element) -> {
          json.writeName((String) key);
          writeValue(json, element);
        });
        json.writeEndObject();
      }
      default -> throw new IllegalStateException("The API has no member of " + value.getClass());
    }
  }
}
