package thaw.configuration;

import java.io.IOException;
import java.nio.file.Path;
import thaw.chunks.ManifestIndex;

/** The database of a data directory: brought up to this version's schema when it is opened. */
public final class ConfigurationDatabase implements AutoCloseable {
  private final Database database;
  private final ManifestIndex manifests;

  private ConfigurationDatabase(Database database, ConfigurationSettings settings) {
    this.database = database;
    this.manifests = new ManifestTable(new Transactions(database, settings.databaseWait()));
  }

  /**
   * Opens it.
   *
   * @throws IOException saying what to do if the database is a newer Thaw's, or cannot be opened
   */
  public static ConfigurationDatabase open(DataDirectory directory, ConfigurationSettings settings)
      throws IOException {
    return new ConfigurationDatabase(
        Database.open(
            directory.database(),
            settings.databaseReaders(),
            settings.databaseWait(),
            Database.MIGRATIONS),
        settings);
  }

  /**
   * Opens that of a data directory which another process may hold: to look into it.
   *
   * @throws IOException as {@link #open}
   */
  public static ConfigurationDatabase besides(Path dataDir, ConfigurationSettings settings)
      throws IOException {
    return new ConfigurationDatabase(
        Database.open(
            DataDirectory.database(dataDir), 1, settings.databaseWait(), Database.MIGRATIONS),
        settings);
  }

  Database database() {
    return database;
  }

  /** The manifests of the chunk store that are in use. */
  public ManifestIndex manifests() {
    return manifests;
  }

  @Override
  public void close() {
    database.close();
  }
}
