package thaw.api;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;

/** The members of a shape that live in the JSON document, by their name on the wire. */
final class ShapeFields {
  private static final ClassValue<Cache> CACHE =
      new ClassValue<>() {
        @Override
        protected Cache computeValue(Class<?> type) {
          return new Cache();
        }
      };

  private ShapeFields() {}

  /** A class's field list is the same for all its instances, but only an instance tells it. */
  private static final class Cache {
    private volatile Map<String, SdkField<?>> fields = Map.of();

    Map<String, SdkField<?>> of(SdkPojo shape) {
      Map<String, SdkField<?>> known = fields;
      if (known.isEmpty()) {
        Map<String, SdkField<?>> found = new HashMap<>();
        for (SdkField<?> field : shape.sdkFields()) {
          if (field.location() == MarshallLocation.PAYLOAD) {
            found.put(field.locationName(), field);
          }
        }
        known = Map.copyOf(found);
        fields = known;
      }
      return known;
    }
  }

  static Map<String, SdkField<?>> ofDocument(SdkPojo shape) {
    return CACHE.get(shape.getClass()).of(shape);
  }
}
