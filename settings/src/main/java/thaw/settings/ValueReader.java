package thaw.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns one HOCON value into a Java value. Throws IllegalArgumentException with a text that follows
 * "key = value: ".
 */
final class ValueReader {
  private ValueReader() {}

  static Object read(Type type, ConfigValue value) {
    Class<?> raw = ValueType.raw(type);
    if (raw == Optional.class) {
      return Optional.of(read(ValueType.element(type), value));
    }
    if (raw == List.class) {
      return list(type, value);
    }
    if (raw == Map.class) {
      return map(type, value);
    }
    if (raw == boolean.class) {
      return bool(value);
    }
    String text = scalar(type, value);
    if (raw == String.class) {
      return text;
    }
    if (raw == Path.class) {
      return path(text);
    }
    if (raw == Duration.class) {
      return duration(text);
    }
    if (raw == DataSize.class) {
      return DataSize.parse(text);
    }
    if (raw == int.class) {
      return Math.toIntExact(integer(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    if (raw == long.class) {
      return integer(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (raw == double.class) {
      return number(text).doubleValue();
    }
    if (raw.isEnum()) {
      return constant(raw, text);
    }
    throw new IllegalStateException("settings cannot be of " + type);
  }

  private static List<Object> list(Type type, ConfigValue value) {
    if (!(value instanceof com.typesafe.config.ConfigList values)) {
      throw new IllegalArgumentException("must be a list; write [a, b]");
    }
    List<Object> list = new ArrayList<>();
    for (ConfigValue element : values) {
      list.add(read(ValueType.element(type), element));
    }
    return List.copyOf(list);
  }

  /** Keys with dots need no quotes: {@code python3.12 = x} is one key although HOCON nests it. */
  private static Map<String, Object> map(Type type, ConfigValue value) {
    if (!(value instanceof ConfigObject object)) {
      throw new IllegalArgumentException("must be a map; write { name = value }");
    }
    Map<String, Object> map = new LinkedHashMap<>();
    Config config = object.toConfig();
    config.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry ->
            map.put(
                String.join(".", ConfigUtil.splitPath(entry.getKey())),
                read(ValueType.element(type), entry.getValue())));
    return Collections.unmodifiableMap(map);
  }

  private static Boolean bool(ConfigValue value) {
    return switch (String.valueOf(value.unwrapped())) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  private static String scalar(Type type, ConfigValue value) {
    if (value.valueType() != ConfigValueType.STRING
        && value.valueType() != ConfigValueType.NUMBER
        && value.valueType() != ConfigValueType.BOOLEAN) {
      throw new IllegalArgumentException("must be one value: " + ValueType.describe(type));
    }
    return String.valueOf(value.unwrapped());
  }

  private static Path path(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("must be an absolute path; begin it with /");
    }
    return path.normalize();
  }

  private static Duration duration(String text) {
    // HOCON takes a bare number for milliseconds: too easy to get wrong by a factor of 1,000.
    if (!text.equals("0") && !text.isEmpty() && Character.isDigit(text.charAt(text.length() - 1))) {
      throw new IllegalArgumentException("needs a unit: ms, s, m, h or d");
    }
    try {
      return ConfigFactory.parseMap(Map.of("v", text)).getDuration("v");
    } catch (ConfigException e) {
      throw new IllegalArgumentException("is not a duration; write for example 500ms, 30s, 10m", e);
    }
  }

  private static long integer(String text, long min, long max) {
    BigDecimal number = number(text);
    try {
      long value = number.longValueExact();
      if (value >= min && value <= max) {
        return value;
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("must be a whole number", e);
    }
    throw new IllegalArgumentException("must be between " + min + " and " + max);
  }

  private static BigDecimal number(String text) {
    try {
      return new BigDecimal(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a number", e);
    }
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      Enum<?> value = (Enum<?>) constant;
      if (ValueType.fileName(value).equals(text) || value.name().equals(text)) {
        return value;
      }
    }
    List<String> names = ValueType.enumNames(type);
    throw new IllegalArgumentException(
        "must be one of "
            + String.join(", ", names)
            + NearestName.of(text, names).map(name -> "; did you mean " + name + "?").orElse(""));
  }
}
