package thaw.configuration;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The table of layer versions: plain SQL that SQLite and PostgreSQL both run. */
final class LayerTable {
  private static final String SELECT =
      """
      SELECT account_id, name, number, unzipped_bytes, document, deleted_millis,
        policy, policy_revision_id
      FROM layer_version v
      """;

  /** What a listing shows: versions that are there and match the filter. */
  private static final String LISTED =
      """
      %1$s.account_id = :account AND %1$s.deleted_millis IS NULL
      AND %1$s.runtimes LIKE :runtime AND %1$s.architectures LIKE :architecture
      """;

  /**
   * Which versions are wanted; patterns of LIKE.
   *
   * @param runtime over the list of compatible runtimes
   * @param architecture over that of architectures
   */
  record Filter(String runtime, String architecture) {
    static Filter of(Optional<String> runtime, Optional<String> architecture) {
      return new Filter(pattern(runtime), pattern(architecture));
    }

    private static String pattern(Optional<String> word) {
      return word.map(w -> "%," + w + ",%").orElse("%");
    }
  }

  private LayerTable() {}

  /** The number of the next version of a layer; it is never given again. */
  static long nextNumber(Handle handle, String accountId, String name) {
    return handle
        .createQuery(
            """
            INSERT INTO layer_counter (account_id, name, last_number) VALUES (:account, :name, 1)
            ON CONFLICT (account_id, name)
              DO UPDATE SET last_number = layer_counter.last_number + 1
            RETURNING last_number
            """)
        .bind("account", accountId)
        .bind("name", name)
        .mapTo(Long.class)
        .one();
  }

  static void insert(Handle handle, LayerRow row) {
    handle
        .createUpdate(
            """
            INSERT INTO layer_version (account_id, name, number, arn, code_sha256, unzipped_bytes,
              runtimes, architectures, document)
            VALUES (:account, :name, :number, :arn, :code, :unzipped, :runtimes, :architectures,
              :document)
            """)
        .bind("account", row.accountId())
        .bind("name", row.name())
        .bind("number", row.number())
        .bind("arn", row.arn())
        .bind("code", row.codeSha256Hex())
        .bind("unzipped", row.unzippedBytes())
        .bind("runtimes", words(row.document().compatibleRuntimesAsStrings()))
        .bind("architectures", words(row.document().compatibleArchitecturesAsStrings()))
        .bind("document", Documents.json(row.document()))
        .execute();
  }

  private static String words(List<String> words) {
    return "," + String.join(",", words) + ",";
  }

  /** A version, deleted or not. */
  static Optional<LayerRow> find(Handle handle, String accountId, String name, long number) {
    return handle
        .createQuery(SELECT + "WHERE account_id = :account AND name = :name AND number = :number")
        .bind("account", accountId)
        .bind("name", name)
        .bind("number", number)
        .map(LayerTable::read)
        .findOne();
  }

  /** The newest version of each layer, in the order of their names. */
  static List<LayerRow> layers(
      Handle handle, String accountId, Filter filter, String after, int limit) {
    return handle
        .createQuery(
            SELECT
                + "WHERE "
                + LISTED.formatted("v")
                + " AND v.name > :after AND v.number = (SELECT MAX(w.number) FROM layer_version w"
                + " WHERE w.name = v.name AND "
                + LISTED.formatted("w")
                + ") ORDER BY v.name LIMIT :limit")
        .bind("account", accountId)
        .bind("runtime", filter.runtime())
        .bind("architecture", filter.architecture())
        .bind("after", after)
        .bind("limit", limit)
        .map(LayerTable::read)
        .list();
  }

  /** Versions of a layer, the newest first, beginning below a number. */
  static List<LayerRow> versions(
      Handle handle, String accountId, String name, Filter filter, long below, int limit) {
    return handle
        .createQuery(
            SELECT
                + "WHERE "
                + LISTED.formatted("v")
                + " AND v.name = :name AND v.number < :below ORDER BY v.number DESC LIMIT :limit")
        .bind("account", accountId)
        .bind("name", name)
        .bind("runtime", filter.runtime())
        .bind("architecture", filter.architecture())
        .bind("below", below)
        .bind("limit", limit)
        .map(LayerTable::read)
        .list();
  }

  static List<LayerRow> all(Handle handle) {
    return handle.createQuery(SELECT).map(LayerTable::read).list();
  }

  /** Marks a version as deleted; one that is not there is deleted already. */
  static void delete(Handle handle, String accountId, String name, long number, Instant time) {
    handle
        .createUpdate(
            """
            UPDATE layer_version SET deleted_millis = :time
            WHERE account_id = :account AND name = :name AND number = :number
              AND deleted_millis IS NULL
            """)
        .bind("account", accountId)
        .bind("name", name)
        .bind("number", number)
        .bind("time", time.toEpochMilli())
        .execute();
  }

  /** Gives a version another policy, or none. */
  static void setPolicy(Handle handle, LayerRow row, Optional<LayerPolicy> policy) {
    handle
        .createUpdate(
            """
            UPDATE layer_version SET policy = :policy, policy_revision_id = :revision
            WHERE account_id = :account AND name = :name AND number = :number
            """)
        .bind("policy", policy.map(LayerPolicy::json).orElse(null))
        .bind("revision", policy.map(LayerPolicy::revisionId).orElse(null))
        .bind("account", row.accountId())
        .bind("name", row.name())
        .bind("number", row.number())
        .execute();
  }

  /**
   * Removes versions that were deleted before some time and that no function has.
   *
   * @return their ARNs
   */
  static List<String> purge(Handle handle, Instant before) {
    return handle
        .createQuery(
            """
            DELETE FROM layer_version
            WHERE deleted_millis < :before
              AND NOT EXISTS (SELECT 1 FROM function
                WHERE document LIKE '%"' || arn || '"%'
                  OR previous_document LIKE '%"' || arn || '"%')
              AND NOT EXISTS (SELECT 1 FROM function_version
                WHERE document LIKE '%"' || arn || '"%')
            RETURNING arn
            """)
        .bind("before", before.toEpochMilli())
        .mapTo(String.class)
        .list();
  }

  private static LayerRow read(ResultSet row, StatementContext context) throws SQLException {
    String policyJson = row.getString("policy");
    row.getLong("deleted_millis");
    boolean deleted = !row.wasNull();
    Optional<LayerPolicy> policy =
        Optional.ofNullable(row.getString("policy_revision_id"))
            .map(revision -> new LayerPolicy(revision, policyJson));
    return new LayerRow(
        row.getString("account_id"),
        row.getString("name"),
        row.getLong("number"),
        row.getLong("unzipped_bytes"),
        Documents.layer(row.getString("document")),
        deleted,
        policy);
  }
}
