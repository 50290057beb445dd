package thaw.configuration;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.HandleCallback;
import thaw.chunks.Hash;
import thaw.chunks.ManifestIndex;
import thaw.model.LambdaException;

/** The table of manifests: plain SQL that SQLite and PostgreSQL both run. */
final class ManifestTable implements ManifestIndex {
  private final Transactions transactions;

  ManifestTable(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public String owner() throws IOException {
    write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO chunk_owner (only_row, id) VALUES (1, :id)
                ON CONFLICT (only_row) DO NOTHING
                """)
            .bind("id", UUID.randomUUID().toString())
            .execute());
    return read(
        handle -> handle.createQuery("SELECT id FROM chunk_owner").mapTo(String.class).one());
  }

  @Override
  public Optional<Entry> find(Kind kind, String name) throws IOException {
    return read(handle ->
        handle
            .createQuery("SELECT id, details FROM manifest WHERE kind = :kind AND name = :name")
            .bind("kind", kind.name())
            .bind("name", name)
            .map((row, context) -> new Entry(Hash.parse(row.getString(1)), row.getString(2)))
            .findOne());
  }

  @Override
  public void put(Kind kind, String name, Entry entry) throws IOException {
    write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO manifest (kind, name, id, details) VALUES (:kind, :name, :id, :details)
                ON CONFLICT (kind, name) DO UPDATE SET id = :id, details = :details
                """)
            .bind("kind", kind.name())
            .bind("name", name)
            .bind("id", entry.manifest().toString())
            .bind("details", entry.details())
            .execute());
  }

  @Override
  public void remove(Kind kind, String name) throws IOException {
    write(handle ->
        handle
            .createUpdate("DELETE FROM manifest WHERE kind = :kind AND name = :name")
            .bind("kind", kind.name())
            .bind("name", name)
            .execute());
  }

  @Override
  public Map<String, Entry> all(Kind kind) throws IOException {
    Map<String, Entry> all = new HashMap<>();
    read(handle ->
            handle
                .createQuery("SELECT name, id, details FROM manifest WHERE kind = :kind")
                .bind("kind", kind.name())
                .map((row, context) ->
                    Map.entry(
                        row.getString(1),
                        new Entry(Hash.parse(row.getString(2)), row.getString(3))))
                .list())
        .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
    return all;
  }

  @Override
  public Set<Hash> read() throws IOException {
    return new HashSet<>(
        read(handle ->
            handle
                .createQuery("SELECT id FROM manifest")
                .map((row, context) -> Hash.parse(row.getString(1)))
                .list()));
  }

  private <T> T read(HandleCallback<T, RuntimeException> query) throws IOException {
    try {
      return transactions.read(query);
    } catch (LambdaException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void write(HandleCallback<Integer, RuntimeException> change) throws IOException {
    try {
      transactions.write(change, changed -> {});
    } catch (LambdaException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
