package thaw.configuration;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/** The table of functions: plain SQL that SQLite and PostgreSQL both run. */
final class FunctionTable {
  private static final String SELECT =
      "SELECT account_id, name, lifecycle, document, previous_document, tags FROM function ";

  private static final String PAGE =
      """
      SELECT name, %s AS number, document FROM %s
      WHERE account_id = :account AND (name > :name OR (name = :name AND %s > :number))
      """;

  /** A place in the order of names and numbers. */
  record Position(String name, int number) {}

  private FunctionTable() {}

  /** Adds a function; false if there is one of this name. */
  static boolean insert(Handle handle, FunctionRow row) {
    return bind(
                handle.createUpdate(
                    """
                    INSERT INTO function (account_id, name, lifecycle, revision_id, code_sha256,
                      document, previous_code_sha256, previous_document, tags)
                    VALUES (:account, :name, :lifecycle, :revision, :code, :document,
                      :previousCode, :previous, :tags)
                    ON CONFLICT (account_id, name) DO NOTHING
                    """),
                row)
            .bind("tags", Documents.json(row.tags()))
            .execute()
        == 1;
  }

  /**
   * Replaces a function if it still has a revision; false if it has another or is gone. Its tags
   * stay: they are no part of a revision.
   */
  static boolean update(Handle handle, FunctionRow row, String expectedRevisionId) {
    return bind(
                handle.createUpdate(
                    """
                    UPDATE function SET lifecycle = :lifecycle, revision_id = :revision,
                      code_sha256 = :code, document = :document,
                      previous_code_sha256 = :previousCode, previous_document = :previous
                    WHERE account_id = :account AND name = :name AND revision_id = :expected
                    """),
                row)
            .bind("expected", expectedRevisionId)
            .execute()
        == 1;
  }

  /** Replaces the tags of a function. */
  static void tag(Handle handle, String accountId, String name, Map<String, String> tags) {
    handle
        .createUpdate(
            "UPDATE function SET tags = :tags WHERE account_id = :account AND name = :name")
        .bind("account", accountId)
        .bind("name", name)
        .bind("tags", Documents.json(tags))
        .execute();
  }

  /** How many functions an account has. */
  static long count(Handle handle, String accountId) {
    return handle
        .createQuery("SELECT COUNT(*) FROM function WHERE account_id = :account")
        .bind("account", accountId)
        .mapTo(Long.class)
        .one();
  }

  /** Removes a function; false if there was none. */
  static boolean delete(Handle handle, String accountId, String name) {
    return handle
            .createUpdate("DELETE FROM function WHERE account_id = :account AND name = :name")
            .bind("account", accountId)
            .bind("name", name)
            .execute()
        == 1;
  }

  static Optional<FunctionRow> find(Handle handle, String accountId, String name) {
    Query query =
        handle
            .createQuery(SELECT + "WHERE account_id = :account AND name = :name")
            .bind("account", accountId)
            .bind("name", name);
    return query.map(FunctionTable::read).findOne();
  }

  /**
   * What an account has, in the order of names and, with versions, of their numbers; {@code
   * $LATEST} has the number 0.
   *
   * @param versions whether published versions are wanted too
   * @param after where to begin: behind this name and number
   */
  static List<FunctionConfiguration> page(
      Handle handle, String accountId, boolean versions, Position after, int limit) {
    String latest = PAGE.formatted("0", "function", "0");
    String all = latest + " UNION ALL " + PAGE.formatted("number", "function_version", "number");
    Query query =
        handle
            .createQuery((versions ? all : latest) + " ORDER BY name, number LIMIT :limit")
            .bind("account", accountId)
            .bind("name", after.name())
            .bind("number", after.number())
            .bind("limit", limit);
    return query.map((row, context) -> Documents.document(row.getString("document"))).list();
  }

  static List<FunctionRow> all(Handle handle) {
    return handle.createQuery(SELECT).map(FunctionTable::read).list();
  }

  /** Hashes of all code that functions, their versions and layers refer to, lower-case hex. */
  static Set<String> codeInUse(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT code_sha256 FROM function
            UNION SELECT previous_code_sha256 FROM function WHERE previous_code_sha256 IS NOT NULL
            UNION SELECT code_sha256 FROM function_version
            UNION SELECT code_sha256 FROM layer_version
            """)
        .mapTo(String.class)
        .set();
  }

  private static Update bind(Update update, FunctionRow row) {
    return update
        .bind("account", row.accountId())
        .bind("name", row.name())
        .bind("lifecycle", row.lifecycle().name())
        .bind("revision", row.revisionId())
        .bind("code", Documents.codeSha256Hex(row.document()))
        .bind("document", Documents.json(row.document()))
        .bind("previousCode", row.previous().map(Documents::codeSha256Hex))
        .bind("previous", row.previous().map(Documents::json));
  }

  private static FunctionRow read(ResultSet row, StatementContext context) throws SQLException {
    return new FunctionRow(
        row.getString("account_id"),
        row.getString("name"),
        Lifecycle.valueOf(row.getString("lifecycle")),
        Documents.document(row.getString("document")),
        Optional.ofNullable(row.getString("previous_document")).map(Documents::document),
        Documents.tags(row.getString("tags")));
  }
}
