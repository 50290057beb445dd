package thaw.settings;

import com.typesafe.config.ConfigRenderOptions;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One key of a settings file, for people.
 *
 * @param key full path, for example {@code worker.keepAlive}
 * @param type what may be written, for example {@code duration}
 * @param defaultValue as it would be written in the file; empty if there is none
 * @param range allowed values in words, for example {@code between 1s and 1h}; empty if any
 * @param doc what it means
 */
public record Setting(
    String key, String type, Optional<String> defaultValue, Optional<String> range, String doc) {

  /** Every key of {@code type} and of the records in it, in the order of their declaration. */
  public static List<Setting> of(Class<? extends Record> type) {
    List<Setting> settings = new ArrayList<>();
    collect(type, "", settings);
    return List.copyOf(settings);
  }

  private static void collect(Class<?> type, String prefix, List<Setting> into) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + component.getName();
      if (component.getType().isRecord() && component.getType() != DataSize.class) {
        collect(component.getType(), key + ".", into);
      } else {
        into.add(of(component, key));
      }
    }
  }

  private static Setting of(RecordComponent component, String key) {
    return new Setting(
        key,
        ValueType.describe(component.getGenericType()),
        Defaults.of(component).map(value -> value.render(ConfigRenderOptions.concise())),
        Optional.ofNullable(component.getAnnotation(Range.class)).map(Bounds::describe),
        Optional.ofNullable(component.getAnnotation(Doc.class)).map(Doc::value).orElse(""));
  }
}
