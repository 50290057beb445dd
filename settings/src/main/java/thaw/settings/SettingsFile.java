package thaw.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads HOCON from files and from assignments on a command line. */
public final class SettingsFile {
  private SettingsFile() {}

  /**
   * Reads one file. Substitutions ({@code ${...}}) see the file itself and environment variables.
   *
   * @throws SettingsException if it cannot be read or is not HOCON
   */
  public static Config read(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new SettingsException(
          "cannot read the settings file " + file + "; check the path and its permissions");
    }
    try {
      ConfigParseOptions options =
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
      return ConfigFactory.parseFile(file.toFile(), options).resolve();
    } catch (ConfigException e) {
      throw new SettingsException("the settings file is not valid HOCON: " + e.getMessage(), e);
    }
  }

  /**
   * Reads one {@code key=value}. A value that is no HOCON is taken as it is: an address with its
   * colon needs no quotes on a command line.
   *
   * @param origin what to call its place in messages, for example {@code --set}
   * @throws SettingsException if it has no key or no {@code =}
   */
  public static Config assignment(String origin, String assignment) {
    int equals = assignment.indexOf('=');
    try {
      if (equals > 0) {
        String key = assignment.substring(0, equals).strip();
        ConfigUtil.splitPath(key);
        return ConfigFactory.empty()
            .withValue(key, value(origin, assignment.substring(equals + 1)));
      }
    } catch (ConfigException e) {
      throw new SettingsException(origin + " " + assignment + ": " + e.getMessage(), e);
    }
    throw new SettingsException(
        origin + " " + assignment + ": write key=value, for example worker.keepAlive=5m");
  }

  private static ConfigValue value(String origin, String text) {
    ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(origin);
    try {
      Config parsed = ConfigFactory.parseString("v = " + text, options).resolve();
      if (parsed.hasPathOrNull("v")) {
        return parsed.root().getOrDefault("v", ConfigValueFactory.fromAnyRef(text, origin));
      }
    } catch (ConfigException.Parse e) {
      return ConfigValueFactory.fromAnyRef(text, origin);
    }
    return ConfigValueFactory.fromAnyRef(text, origin);
  }
}
