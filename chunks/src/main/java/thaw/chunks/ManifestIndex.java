package thaw.chunks;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of manifests by name: the database's table of them. A manifest that stands in it is
 * live. Durable when a method returns.
 */
public interface ManifestIndex extends LiveManifests {
  /** What a manifest is of; names are unique within a kind. */
  enum Kind {
    /** A disk of code or of Lambda layers, by the hash of what it is made of. */
    DISK,
    /** A snapshot layer, by its id. */
    SNAPSHOT_LAYER
  }

  /**
   * An entry.
   *
   * @param manifest its id
   * @param details what the kind needs to know besides
   */
  record Entry(Hash manifest, String details) {}

  /**
   * Names the database, at random and for ever: an origin belongs to one, which alone knows what in
   * it is live.
   */
  String owner() throws IOException;

  /** Finds an entry. */
  Optional<Entry> find(Kind kind, String name) throws IOException;

  /** Sets an entry, in place of one that was there. */
  void put(Kind kind, String name, Entry entry) throws IOException;

  /** Removes an entry; no effect if there is none. */
  void remove(Kind kind, String name) throws IOException;

  /** All entries of a kind, by name. */
  Map<String, Entry> all(Kind kind) throws IOException;
}
