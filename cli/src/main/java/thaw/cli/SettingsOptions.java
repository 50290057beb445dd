package thaw.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import thaw.cli.platform.ThawSettings;
import thaw.settings.SettingsBinder;
import thaw.settings.SettingsFile;

/** Which settings a command works with: file, single overrides, data directory. */
final class SettingsOptions {
  static final Path DEFAULT_FILE = Path.of("/etc/thaw/thaw.conf");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file (default: /etc/thaw/thaw.conf if it exists; THAW_CONFIG).")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one setting; may be repeated. thaw config lists them.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Where functions, code and logs are kept (default: /var/lib/thaw; THAW_DATA_DIR).")
  private @Nullable Path dataDir;

  /**
   * Reads and checks the settings.
   *
   * @throws thaw.settings.SettingsException if something in them is wrong
   */
  ThawSettings load(Context context) {
    return SettingsBinder.bind(ThawSettings.class, config(context));
  }

  private Config config(Context context) {
    Config config = ConfigFactory.empty();
    for (String assignment : assignments) {
      config = SettingsFile.assignment("--set", assignment).withFallback(config);
    }
    Optional<Path> directory = givenDataDir(context);
    if (directory.isPresent()) {
      config =
          config.withValue(
              "dataDir", ConfigValueFactory.fromAnyRef(directory.get().toString(), "--data-dir"));
    }
    Optional<Path> given = givenFile(context);
    return given.isPresent() ? config.withFallback(SettingsFile.read(given.get())) : config;
  }

  /** Sets one key, as an option of its own does. */
  void set(String key, String value) {
    assignments.add(key + "=" + ConfigUtil.quoteString(value));
  }

  /** The data directory, without reading settings where there are none. */
  Path dataDir(Context context) {
    boolean plain = givenFile(context).isEmpty() && assignments.isEmpty();
    Optional<Path> directory = givenDataDir(context);
    if (directory.isPresent() || plain) {
      return directory.orElse(Path.of(ThawSettings.DEFAULT_DATA_DIR));
    }
    return load(context).dataDir();
  }

  /** The options again, for the platform's own process. */
  List<String> arguments(Context context) {
    List<String> arguments = new ArrayList<>();
    givenFile(context)
        .ifPresent(path -> arguments.addAll(List.of("--config", path.toAbsolutePath().toString())));
    givenDataDir(context)
        .ifPresent(path -> arguments.addAll(List.of("--data-dir", path.toString())));
    assignments.forEach(assignment -> arguments.addAll(List.of("--set", assignment)));
    return arguments;
  }

  private Optional<Path> givenDataDir(Context context) {
    return Optional.ofNullable(dataDir)
        .or(() -> context.variable("THAW_DATA_DIR").map(Path::of))
        .map(path -> path.toAbsolutePath().normalize());
  }

  private Optional<Path> givenFile(Context context) {
    return Optional.ofNullable(file)
        .or(() -> context.variable("THAW_CONFIG").map(Path::of))
        .or(() -> Optional.of(DEFAULT_FILE).filter(Files::exists));
  }
}
