package thaw.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Binds HOCON to records. A component's name is its key; nested records are nested objects. Every
 * problem is found before any is reported, each with its place, key, value and remedy.
 */
public final class SettingsBinder {
  private final List<String> problems = new ArrayList<>();
  private final List<String> allKeys;

  private SettingsBinder(List<String> allKeys) {
    this.allKeys = allKeys;
  }

  /**
   * Makes a {@code type} from {@code config} and defaults.
   *
   * @param type a record whose components are int, long, boolean, double, String, Duration, Path,
   *     {@link DataSize}, an enum, a List or Map (of String) or Optional of these, or such a record
   * @throws SettingsException for unknown keys, wrong types, values out of range, missing values
   */
  public static <T extends Record> T bind(Class<T> type, Config config) {
    List<String> keys = Setting.of(type).stream().map(Setting::key).toList();
    SettingsBinder binder = new SettingsBinder(keys);
    Object bound = binder.record(type, "", config.root());
    if (bound == null || !binder.problems.isEmpty()) {
      throw new SettingsException(binder.problems);
    }
    return type.cast(bound);
  }

  private @Nullable Object record(Class<?> type, String prefix, ConfigObject object) {
    RecordComponent[] components = type.getRecordComponents();
    int problemsBefore = problems.size();
    refuseUnknown(components, prefix, object);
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      ConfigValue value = object.get(components[i].getName());
      Optional<Object> bound =
          component(components[i], prefix + components[i].getName(), Optional.ofNullable(value));
      if (bound.isPresent()) {
        values[i] = bound.get();
      }
    }
    return problems.size() > problemsBefore ? null : construct(type, prefix, object, values);
  }

  private Optional<Object> component(
      RecordComponent component, String key, Optional<ConfigValue> given) {
    Class<?> raw = component.getType();
    if (raw.isRecord() && raw != DataSize.class) {
      ConfigValue value = given.orElseGet(() -> ConfigValueFactory.fromMap(Map.of()));
      if (value instanceof ConfigObject object) {
        return Optional.ofNullable(record(raw, key + ".", object));
      }
      return problem(key, value, "must be a group of settings; write " + key + " { ... }");
    }
    Optional<ConfigValue> value =
        given.filter(v -> v.valueType() != ConfigValueType.NULL).or(() -> Defaults.of(component));
    if (value.isEmpty()) {
      return raw == Optional.class ? Optional.of(Optional.empty()) : missing(component, key);
    }
    try {
      Object read = ValueReader.read(component.getGenericType(), value.get());
      Range range = component.getAnnotation(Range.class);
      if (range != null) {
        Bounds.check(component.getGenericType(), range, read);
      }
      return Optional.of(read);
    } catch (IllegalArgumentException e) {
      return problem(key, value.get(), String.valueOf(e.getMessage()));
    }
  }

  private void refuseUnknown(RecordComponent[] components, String prefix, ConfigObject object) {
    List<String> siblings = Arrays.stream(components).map(RecordComponent::getName).toList();
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      if (!siblings.contains(entry.getKey())) {
        String key = prefix + entry.getKey();
        String hint =
            NearestName.of(entry.getKey(), siblings)
                .map(name -> prefix + name)
                .or(() -> sameLastName(entry.getKey()))
                .or(() -> NearestName.of(key, allKeys))
                .map(name -> "did you mean " + name + "?")
                .orElse("valid here: " + String.join(", ", siblings));
        problems.add(place(entry.getValue()) + "unknown key " + key + "; " + hint);
      }
    }
  }

  private Optional<String> sameLastName(String name) {
    return allKeys.stream().filter(key -> key.endsWith("." + name)).findFirst();
  }

  private @Nullable Object construct(
      Class<?> type, String prefix, ConfigObject object, Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        String group = prefix.isEmpty() ? "the settings" : prefix.substring(0, prefix.length() - 1);
        problems.add(place(object) + group + ": " + refusal.getMessage());
        return null;
      }
      throw new IllegalStateException("cannot make " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make " + type, e);
    }
  }

  private Optional<Object> missing(RecordComponent component, String key) {
    String type = ValueType.describe(component.getGenericType());
    problems.add("key " + key + " (" + type + ") has no default; set it in the settings file");
    return Optional.empty();
  }

  private Optional<Object> problem(String key, ConfigValue value, String what) {
    String rendered = value.render(ConfigRenderOptions.concise());
    problems.add(place(value) + key + " = " + rendered + ": " + what);
    return Optional.empty();
  }

  private static String place(ConfigValue value) {
    ConfigOrigin origin = value.origin();
    String file = origin.filename();
    if (file != null) {
      return file + (origin.lineNumber() > 0 ? ":" + origin.lineNumber() : "") + ": ";
    }
    String description = origin.description();
    return description.startsWith("--") ? description.replaceFirst(": \\d+$", "") + ": " : "";
  }
}
