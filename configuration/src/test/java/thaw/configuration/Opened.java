package thaw.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.code.CodeSettings;
import thaw.code.CodeStore;
import thaw.images.ImageSettings;
import thaw.images.ImageStore;
import thaw.model.FunctionReference;

/** A data directory with a configuration service on it, as one process has them. */
record Opened(DataDirectory directory, CodeStore code, ConfigurationService service)
    implements AutoCloseable {
  static Opened at(Path path) throws IOException {
    return at(path, ConfigurationSettings.defaults());
  }

  static Opened at(Path path, ConfigurationSettings settings) throws IOException {
    DataDirectory directory = DataDirectory.open(path);
    CodeStore code = new CodeStore(directory.code(), CodeSettings.defaults());
    return new Opened(
        directory, code, ConfigurationService.open(directory, code, images(directory), settings));
  }

  /** With another way to make code ready. */
  static Opened at(Path path, ImagePreparation preparation) throws IOException {
    return at(path, preparation, ConfigurationSettings.defaults());
  }

  static Opened at(Path path, ImagePreparation preparation, ConfigurationSettings settings)
      throws IOException {
    DataDirectory directory = DataDirectory.open(path);
    CodeStore code = new CodeStore(directory.code(), CodeSettings.defaults());
    return new Opened(
        directory,
        code,
        ConfigurationService.open(
            directory,
            code,
            images(directory),
            preparation,
            RuntimePreparation.NONE,
            Optional.empty(),
            settings));
  }

  /** With something that takes snapshots. */
  static Opened withSnapshots(
      Path path, SnapshotPreparation snapshots, ConfigurationSettings settings) throws IOException {
    DataDirectory directory = DataDirectory.open(path);
    CodeStore code = new CodeStore(directory.code(), CodeSettings.defaults());
    return new Opened(
        directory,
        code,
        ConfigurationService.open(
            directory,
            code,
            images(directory),
            code::image,
            RuntimePreparation.NONE,
            Optional.of(snapshots),
            settings));
  }

  /** With something that makes runtimes' images. */
  static Opened withRuntimes(Path path, RuntimePreparation runtimes) throws IOException {
    DataDirectory directory = DataDirectory.open(path);
    CodeStore code = new CodeStore(directory.code(), CodeSettings.defaults());
    return new Opened(
        directory,
        code,
        ConfigurationService.open(
            directory,
            code,
            images(directory),
            code::image,
            runtimes,
            Optional.empty(),
            ConfigurationSettings.defaults()));
  }

  static ImageStore images(DataDirectory directory) throws IOException {
    return new ImageStore(directory.images(), ImageSettings.defaults(), Optional.empty());
  }

  /** Waits until nothing is under way for a function. */
  FunctionConfiguration settled(FunctionReference function) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> service.getConfiguration(function),
            document ->
                document.state() != State.PENDING
                    && document.lastUpdateStatus() != LastUpdateStatus.IN_PROGRESS);
  }

  @Override
  public void close() {
    service.close();
    try {
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
