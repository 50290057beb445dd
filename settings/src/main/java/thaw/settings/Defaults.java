package thaw.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.lang.reflect.RecordComponent;
import java.util.Optional;

/** Reads {@link Default} texts. */
final class Defaults {
  private Defaults() {}

  static Optional<ConfigValue> of(RecordComponent component) {
    return Optional.ofNullable(component.getAnnotation(Default.class))
        .map(annotation -> parse(annotation.value()));
  }

  /** HOCON, or plain text where that is no HOCON (an address with its colon, nothing at all). */
  private static ConfigValue parse(String text) {
    try {
      if (!text.isBlank()) {
        return ConfigFactory.parseString("v = " + text).getValue("v");
      }
    } catch (ConfigException.Parse e) {
      return ConfigValueFactory.fromAnyRef(text, "default");
    }
    return ConfigValueFactory.fromAnyRef(text, "default");
  }
}
