package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final String INSERT =
      "INSERT INTO function (account_id, name, lifecycle, revision_id, code_sha256, document, tags)"
          + " VALUES ('1', 'kept', 'ACTIVE', 'r', 'c', '{}', '{}')";

  @TempDir Path directory;

  @Test
  void writesAreOnDiskWhenTheyReturn() throws IOException {
    try (Database database = open(Database.MIGRATIONS)) {
      assertThat(pragma(database, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(database, "synchronous")).as("FULL").isEqualTo("2");
      assertThat(pragma(database, "foreign_keys")).isEqualTo("1");
      assertThat(pragma(database, "busy_timeout")).isEqualTo("5000");
    }
  }

  @Test
  void readersCannotWrite() throws IOException {
    try (Database database = open(Database.MIGRATIONS)) {
      assertThatThrownBy(() -> database.reader().useHandle(handle -> handle.execute(INSERT)))
          .isInstanceOf(JdbiException.class);
    }
  }

  @Test
  void anOlderDatabaseIsMigratedAndANewerOneRefused() throws IOException {
    try (Database database = open(Database.MIGRATIONS)) {
      database.writer().useHandle(handle -> handle.execute(INSERT));
    }
    String later = "classpath:thaw/configuration/later";
    try (Database database = open(Database.MIGRATIONS, later)) {
      assertThat(
              database
                  .reader()
                  .<String, RuntimeException>withHandle(handle ->
                      handle
                          .createQuery("SELECT name FROM function WHERE later IS NULL")
                          .mapTo(String.class)
                          .one()))
          .isEqualTo("kept");
    }
    assertThatThrownBy(() -> open(Database.MIGRATIONS).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("written by another version of Thaw, probably a newer one");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(directory.resolve("db"), "this is not a database, whatever its name");

    assertThatThrownBy(() -> open(Database.MIGRATIONS).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be opened");
  }

  private Database open(String... migrations) throws IOException {
    return Database.open(directory.resolve("db"), 2, Duration.ofSeconds(5), migrations);
  }

  private static String pragma(Database database, String name) {
    return database
        .writer()
        .withHandle(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
  }
}
