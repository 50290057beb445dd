package thaw.configuration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The SQLite database: one connection that writes, several that read. A commit is on disk when it
 * returns ({@code synchronous=FULL}).
 */
final class Database implements AutoCloseable {
  static final String MIGRATIONS = "classpath:thaw/configuration/migrations";

  private static final int BUSY_MILLIS = 5_000;

  private final HikariDataSource writers;
  private final HikariDataSource readers;

  private Database(HikariDataSource writers, HikariDataSource readers) {
    this.writers = writers;
    this.readers = readers;
  }

  /**
   * Opens the database, making it or bringing it up to this version's schema.
   *
   * @throws IOException if a newer Thaw wrote it, or it is damaged
   */
  static Database open(Path file, int readers, Duration wait, String... migrations)
      throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    SQLiteDataSource source = source(file);
    migrate(source, file, migrations);
    return new Database(
        pool("writer", source, 1, wait, "PRAGMA query_only = 0"),
        pool("reader", source, readers, wait, "PRAGMA query_only = 1"));
  }

  Jdbi writer() {
    return Jdbi.create(writers);
  }

  Jdbi reader() {
    return Jdbi.create(readers);
  }

  @Override
  public void close() {
    readers.close();
    writers.close();
  }

  private static void migrate(DataSource source, Path file, String... migrations)
      throws IOException {
    try {
      Flyway.configure()
          .dataSource(source)
          .locations(migrations)
          .ignoreMigrationPatterns(new String[0]) // a schema of the future is an error
          .load()
          .migrate();
    } catch (FlywayValidateException e) {
      throw new IOException(
          ("the database %s was written by another version of Thaw, probably a newer one: use that"
                  + " version, or choose another directory with --data-dir (%s)")
              .formatted(file, e.getMessage()),
          e);
    } catch (FlywayException e) {
      throw new IOException(
          "the database %s cannot be opened: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static SQLiteDataSource source(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(BUSY_MILLIS);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  private static HikariDataSource pool(
      String name, DataSource source, int size, Duration wait, String first) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("configuration-" + name);
    config.setDataSource(source);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(wait.toMillis());
    config.setConnectionInitSql(first);
    return new HikariDataSource(config);
  }
}
