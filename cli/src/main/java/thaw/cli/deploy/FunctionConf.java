package thaw.cli.deploy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;
import thaw.settings.SettingsBinder;
import thaw.settings.SettingsFile;

/** A directory's {@code function.conf} (docs/function-conf.md). */
public record FunctionConf(
    @Doc("FunctionName; without it the directory's name.") Optional<String> name,
    @Doc("Runtime.") Optional<String> runtime,
    @Doc("Handler.") Optional<String> handler,
    @Doc("Description.") @Default("\"\"") String description,
    @Doc("MemorySize, MiB.") @Default("128") @Range(min = "128", max = "10240") int memorySize,
    @Doc("Timeout, seconds.") @Default("3") @Range(min = "1", max = "900") int timeout,
    @Doc("Size of /tmp, MiB.") @Default("512") @Range(min = "512", max = "10240")
        int ephemeralStorage,
    @Doc("Environment.Variables.") @Default("{}") Map<String, String> environment,
    @Doc("ImageUri: the function is this container image; paths after oci: are the directory's.")
        Optional<String> image,
    @Doc("ImageConfig.EntryPoint of an image.") @Default("[]") List<String> entryPoint,
    @Doc("ImageConfig.Command of an image.") @Default("[]") List<String> command,
    @Doc("ImageConfig.WorkingDirectory of an image.") Optional<String> workingDirectory,
    @Doc("Command run by /bin/sh -c in the directory before packaging.") Optional<String> build,
    @Doc("The directory whose content becomes the package's root.") @Default(".") String codeDir,
    @Doc("Globs of files that go into the package.") @Default("[\"**\"]") List<String> files,
    @Doc("Globs of files that stay out.") @Default("[]") List<String> exclude) {

  /** The file's name in a function's directory. */
  public static final String FILE = "function.conf";

  /**
   * Reads a directory's file, or gives the defaults if it has none.
   *
   * @throws thaw.settings.SettingsException if something in it is wrong
   */
  public static FunctionConf read(Path directory) {
    Path file = directory.resolve(FILE);
    return Files.exists(file)
        ? SettingsBinder.bind(FunctionConf.class, SettingsFile.read(file))
        : defaults();
  }

  /** What holds without a file. */
  public static FunctionConf defaults() {
    return SettingsBinder.bind(FunctionConf.class, ConfigFactory.empty());
  }
}
