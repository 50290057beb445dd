package thaw.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
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
   * Reads one {@code key=value}.
   *
   * @param origin what to call its place in messages, for example {@code --set}
   * @throws SettingsException if it has no {@code =} or is not HOCON
   */
  public static Config assignment(String origin, String assignment) {
    if (assignment.indexOf('=') <= 0) {
      throw new SettingsException(
          origin + " " + assignment + ": write key=value, for example worker.keepAlive=5m");
    }
    try {
      ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(origin);
      return ConfigFactory.parseString(assignment, options).resolve();
    } catch (ConfigException e) {
      throw new SettingsException(
          origin + " " + assignment + " is not valid HOCON; quote the value: " + e.getMessage(), e);
    }
  }
}
