package thaw.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotStore;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The snapshot layers of a data directory, as {@code thaw images} lists them. */
record SnapshotLayers(List<Entry> entries) {
  private static final long MIB = 1 << 20;

  /**
   * One layer.
   *
   * @param bytes it takes on disk
   */
  record Entry(String id, SnapshotHeader header, long bytes) {
    /** Whose it is: a runtime, or a function's version. */
    String of() {
      Map<String, String> identity = header.identity();
      return switch (header.kind()) {
        case BASE -> "-";
        case RUNTIME -> identity.getOrDefault("runtime", "");
        case CODE, FUNCTION ->
            identity.getOrDefault("functionName", "")
                + ":"
                + identity.getOrDefault("functionVersion", "");
      };
    }

    String kind() {
      return header.kind().name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads what is there, while a platform may be writing. */
  static SnapshotLayers of(Path directory) throws IOException {
    SnapshotStore store = SnapshotStore.readOnly(directory);
    List<Entry> entries = new ArrayList<>();
    for (String id : store.ids()) {
      Optional<SnapshotHeader> header = store.header(id);
      if (header.isPresent()) {
        entries.add(new Entry(id, header.get(), store.diskBytes(id)));
      }
    }
    return new SnapshotLayers(List.copyOf(entries));
  }

  void print(PrintStream out) {
    Table table = new Table("SNAPSHOT LAYER", "KIND", "OF", "VM MEMORY", "SIZE", "MADE");
    for (Entry entry : entries) {
      table.row(
          entry.id().substring(0, 12),
          entry.kind(),
          entry.of(),
          String.format(Locale.ROOT, "%d MiB", entry.header().memoryBytes() / MIB),
          String.format(Locale.ROOT, "%.1f MiB", (double) entry.bytes() / MIB),
          Instant.ofEpochMilli(entry.header().createdAtMillis()).toString());
    }
    table.print(out);
  }

  void addTo(ArrayNode array) {
    for (Entry entry : entries) {
      ObjectNode node = array.addObject();
      node.put("id", entry.id()).put("kind", entry.kind()).put("of", entry.of());
      node.put("memoryBytes", entry.header().memoryBytes()).put("bytes", entry.bytes());
      node.put("createdAt", Instant.ofEpochMilli(entry.header().createdAtMillis()).toString());
      entry.header().parent().ifPresent(parent -> node.put("parent", parent));
    }
  }
}
