package thaw.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a setting's Java type is called for people, and its parts. */
final class ValueType {
  private static final Map<Class<?>, String> NAMES =
      Map.of(
          int.class, "integer",
          long.class, "integer",
          boolean.class, "boolean",
          double.class, "number",
          String.class, "text",
          Duration.class, "duration",
          DataSize.class, "size",
          Path.class, "path");

  private ValueType() {}

  static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  /** The element type of a List or Optional, the value type of a Map. */
  static Type element(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }

  static String describe(Type type) {
    Class<?> raw = raw(type);
    if (raw == List.class) {
      return "list of " + describe(element(type));
    }
    if (raw == Map.class) {
      return "map of " + describe(element(type));
    }
    if (raw == Optional.class) {
      return describe(element(type)) + ", optional";
    }
    if (raw.isEnum()) {
      return "one of " + String.join(", ", enumNames(raw));
    }
    return NAMES.getOrDefault(raw, raw.getSimpleName());
  }

  /** As they are written in the file: lower case, with hyphens. */
  static List<String> enumNames(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> fileName((Enum<?>) constant))
        .collect(Collectors.toList());
  }

  static String fileName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
