package thaw.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import thaw.chunks.ChunkStorage;
import thaw.chunks.GcReport;
import thaw.configuration.ConfigurationDatabase;
import thaw.configuration.DataDirectory;

/** Garbage collection of the chunk store from the command line. */
public final class Garbage {
  private Garbage() {}

  /** What a run would do, also beside a platform that runs. Changes nothing. */
  public static GcReport look(ThawSettings settings) throws IOException {
    return with(
        settings,
        (storage, database) -> storage.store().garbageCollector().dryRun(database.manifests()));
  }

  /**
   * Does what is due, and says what is left.
   *
   * @throws IOException saying what to do if a platform runs, which collects garbage itself
   */
  public static GcReport collect(ThawSettings settings) throws IOException {
    try (DataDirectory _ = DataDirectory.open(settings.dataDir())) {
      return with(
          settings,
          (storage, database) -> {
            storage.store().garbageCollector().run(database.manifests());
            return storage.store().garbageCollector().dryRun(database.manifests());
          });
    }
  }

  private interface Action {
    GcReport on(ChunkStorage storage, ConfigurationDatabase database) throws IOException;
  }

  private static GcReport with(ThawSettings settings, Action action) throws IOException {
    Path cache = Files.createTempDirectory("thaw-gc"); // a running platform's is its own
    try (ConfigurationDatabase database =
            ConfigurationDatabase.besides(settings.dataDir(), settings.configuration());
        ChunkStorage storage =
            ChunkStorage.open(
                settings.storage(),
                settings.chunks(),
                settings.dataDir(),
                cache,
                database.manifests(),
                UnaryOperator.identity())) {
      return action.on(storage, database);
    } finally {
      Files.deleteIfExists(cache);
    }
  }
}
