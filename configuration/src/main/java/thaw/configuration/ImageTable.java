package thaw.configuration;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import thaw.images.ImageConfig;
import tools.jackson.databind.json.JsonMapper;

/** The table of functions' images: plain SQL that SQLite and PostgreSQL both run. */
final class ImageTable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ImageTable() {}

  static List<ImageRow> all(Handle handle) {
    return handle
        .createQuery(
            "SELECT account_id, name, code_sha256, image_uri, resolved_uri, config"
                + " FROM function_image")
        .map(ImageTable::row)
        .list();
  }

  /** Adds an image of a function that is there, or was inserted in this transaction. */
  static void put(Handle handle, ImageRow row) {
    handle
        .createUpdate(
            """
            INSERT INTO function_image (account_id, name, code_sha256, image_uri, resolved_uri,
              config)
            VALUES (:account, :name, :code, :uri, :resolved, :config)
            ON CONFLICT (account_id, name, code_sha256)
            DO UPDATE SET image_uri = :uri, resolved_uri = :resolved
            """)
        .bind("account", row.accountId())
        .bind("name", row.functionName())
        .bind("code", row.digestHex())
        .bind("uri", row.uri())
        .bind("resolved", row.resolvedUri())
        .bind("config", JSON.writeValueAsString(row.config()))
        .execute();
  }

  private static ImageRow row(ResultSet row, StatementContext context) throws SQLException {
    return new ImageRow(
        row.getString("account_id"),
        row.getString("name"),
        row.getString("code_sha256"),
        row.getString("image_uri"),
        row.getString("resolved_uri"),
        JSON.readValue(row.getString("config"), ImageConfig.class));
  }
}
