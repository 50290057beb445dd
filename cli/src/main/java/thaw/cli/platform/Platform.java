package thaw.cli.platform;

import java.io.IOException;
import java.net.URI;
import java.util.function.Consumer;
import thaw.cli.Version;
import thaw.code.CodeStore;
import thaw.configuration.ConfigurationDatabase;
import thaw.configuration.ConfigurationService;
import thaw.configuration.DataDirectory;
import thaw.frontend.Frontend;
import thaw.images.ImageStore;
import thaw.logs.LogWriter;
import thaw.model.FunctionVersion;
import thaw.worker.RuntimeProcesses;
import thaw.worker.Worker;

/** All parts of a platform in one process. Reading {@link #start} tells what runs. */
final class Platform implements AutoCloseable {
  private final Parts parts;
  private final URI endpoint;

  private Platform(Parts parts, URI endpoint) {
    this.parts = parts;
    this.endpoint = endpoint;
  }

  /**
   * Starts the parts in order; if one fails, those before it are ended.
   *
   * @param directory the data directory, which the caller closes after the platform
   * @param step hears what is being done, for who waits
   */
  static Platform start(ThawSettings settings, DataDirectory directory, Consumer<String> step)
      throws IOException {
    PlatformFiles files = new PlatformFiles(directory.path());
    Parts parts = new Parts();
    try {
      RuntimeImages images = new RuntimeImages(settings.guest());

      LogWriter logs = parts.add(new LogWriter(files.functionLogs(), settings.logs()));
      ConfigurationDatabase database =
          parts.add(ConfigurationDatabase.open(directory, settings.configuration()));
      Chunks chunks = parts.add(Chunks.open(settings, database.manifests()));
      Thread warmUp = chunks.warmUp(settings);
      CodeStore code =
          new CodeStore(directory.code(), settings.code(), chunks.codeImages(settings));
      ImageStore containerImages =
          parts.add(
              new ImageStore(directory.images(), settings.images(), chunks.imageDisks(settings)));
      Drivers.Opened opened = Drivers.open(settings, files, images.images(), step);
      boolean network = settings.network() == ThawSettings.Network.DEFAULT;
      Worker worker =
          parts.add(
              new Worker(
                  settings.worker(),
                  opened.driver(),
                  chunks.images(code, containerImages, settings.driver()),
                  RuntimeProcesses.ofGuestImages(),
                  logs,
                  network,
                  Snapshots.open(files, settings, chunks, opened)));

      ConfigurationService functions =
          parts.add(
              ConfigurationService.open(
                  database,
                  code,
                  containerImages,
                  chunks.preparation(code, settings.driver()),
                  settings.configuration(),
                  runtime -> images.require(runtime, opened.images()),
                  Snapshots.preparation(worker, settings.snapshots(), opened)));
      for (FunctionVersion function : functions.serving()) {
        if (function.image().isEmpty()) {
          images.require(function.runtime(), opened.images());
        }
      }
      Snapshots.follow(functions, worker);
      chunks.collectGarbage(settings.storage().collectEvery());

      Frontend.Backend backend =
          new Frontend.Backend(
              Version.current(),
              settings.configuration().accountId(),
              settings.configuration().region(),
              functions,
              code::zip,
              worker::invoke,
              worker::status);
      Frontend forSandboxes =
          parts.add(
              Frontend.startForSandboxes(
                  settings.frontend(), backend, worker.dataEndpoint()::callerOf));
      worker.dataEndpoint().forwardTo(forSandboxes.port());
      warmUp.join();
      Frontend frontend = parts.add(Frontend.start(settings.frontend(), backend));
      return new Platform(parts, frontend.endpoint());
    } catch (InterruptedException e) {
      parts.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the platform started", e);
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** Ends the parts, the last first: no new requests, then the sandboxes, then what they used. */
  @Override
  public void close() {
    parts.close();
  }
}
