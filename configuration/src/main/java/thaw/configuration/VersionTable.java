package thaw.configuration;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/** The table of published versions: plain SQL that SQLite and PostgreSQL both run. */
final class VersionTable {
  private static final String SELECT =
      """
      SELECT account_id, name, number, lifecycle, document, content_sha256, last_used_millis
      FROM function_version
      """;
  private static final String ONE =
      "WHERE account_id = :account AND name = :name AND number = :number";

  private VersionTable() {}

  /** The number of the next version of this name; it is never given again. */
  static int nextNumber(Handle handle, String accountId, String name) {
    return handle
        .createQuery(
            """
            INSERT INTO version_counter (account_id, name, last_number) VALUES (:account, :name, 1)
            ON CONFLICT (account_id, name)
              DO UPDATE SET last_number = version_counter.last_number + 1
            RETURNING last_number
            """)
        .bind("account", accountId)
        .bind("name", name)
        .mapTo(Integer.class)
        .one();
  }

  static void insert(Handle handle, VersionRow row) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO function_version (account_id, name, number, lifecycle, code_sha256,
                  document, content_sha256, last_used_millis)
                VALUES (:account, :name, :number, :lifecycle, :code, :document, :content, :used)
                """),
            row)
        .bind("code", Documents.codeSha256Hex(row.document()))
        .bind("content", row.contentSha256())
        .execute();
  }

  /** Replaces a version if it is still in a state; false if it is in another, or gone. */
  static boolean update(Handle handle, VersionRow row, VersionLifecycle expected) {
    return bind(
                handle.createUpdate(
                    """
                    UPDATE function_version SET lifecycle = :lifecycle, document = :document,
                      last_used_millis = :used
                    """
                        + ONE
                        + " AND lifecycle = :expected"),
                row)
            .bind("expected", expected.name())
            .execute()
        == 1;
  }

  /** Writes down when a version was last used. */
  static void used(Handle handle, String accountId, String name, int number, Instant time) {
    one(
            handle.createUpdate("UPDATE function_version SET last_used_millis = :used " + ONE),
            accountId,
            name,
            number)
        .bind("used", time.toEpochMilli())
        .execute();
  }

  /** Removes a version, if there is one. */
  static void delete(Handle handle, String accountId, String name, int number) {
    one(handle.createUpdate("DELETE FROM function_version " + ONE), accountId, name, number)
        .execute();
  }

  static Optional<VersionRow> find(Handle handle, String accountId, String name, int number) {
    return one(handle.createQuery(SELECT + ONE), accountId, name, number)
        .map(VersionTable::read)
        .findOne();
  }

  /** The version with the highest number ever given, unless it was deleted. */
  static Optional<VersionRow> findLast(Handle handle, String accountId, String name) {
    return handle
        .createQuery(
            SELECT
                + """
                WHERE account_id = :account AND name = :name AND number = (
                  SELECT last_number FROM version_counter
                  WHERE account_id = :account AND name = :name)
                """)
        .bind("account", accountId)
        .bind("name", name)
        .map(VersionTable::read)
        .findOne();
  }

  /** Versions of a function in the order of their numbers, beginning after one of them. */
  static List<VersionRow> page(Handle handle, String accountId, String name, int after, int limit) {
    return handle
        .createQuery(
            SELECT
                + """
                WHERE account_id = :account AND name = :name AND number > :after
                ORDER BY number LIMIT :limit
                """)
        .bind("account", accountId)
        .bind("name", name)
        .bind("after", after)
        .bind("limit", limit)
        .map(VersionTable::read)
        .list();
  }

  static List<VersionRow> all(Handle handle) {
    return handle.createQuery(SELECT).map(VersionTable::read).list();
  }

  private static <S extends SqlStatement<S>> S one(
      S statement, String accountId, String name, int number) {
    return statement.bind("account", accountId).bind("name", name).bind("number", number);
  }

  private static <S extends SqlStatement<S>> S bind(S statement, VersionRow row) {
    return one(statement, row.accountId(), row.name(), row.number())
        .bind("lifecycle", row.lifecycle().name())
        .bind("document", Documents.json(row.document()))
        .bind("used", row.lastUsed().toEpochMilli());
  }

  private static VersionRow read(ResultSet row, StatementContext context) throws SQLException {
    return new VersionRow(
        row.getString("account_id"),
        row.getString("name"),
        row.getInt("number"),
        VersionLifecycle.valueOf(row.getString("lifecycle")),
        Documents.document(row.getString("document")),
        row.getString("content_sha256"),
        Instant.ofEpochMilli(row.getLong("last_used_millis")));
  }
}
