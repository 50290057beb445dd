package thaw.cli.bench;

import java.util.List;
import java.util.Locale;
import thaw.cli.Table;
import tools.jackson.databind.node.ObjectNode;

/**
 * One row of {@code thaw bench coldstart}.
 *
 * @param millis from request to reply, of each start, ascending
 * @param bytesTouched what starts touch of their layer's memory, by its page access log; 0 without
 */
record ColdstartResult(
    String driver,
    String runtime,
    ColdstartMode mode,
    MemorySource memory,
    List<Double> millis,
    long bytesTouched) {
  ColdstartResult {
    millis = millis.stream().sorted().toList();
  }

  static Table table() {
    return new Table("DRIVER", "RUNTIME", "MODE", "MEMORY", "P50", "P90", "N", "TOUCHED");
  }

  /** The smallest value that this share of all values does not exceed. */
  double percentile(double share) {
    return millis.get((int) Math.ceil(share * millis.size()) - 1);
  }

  void addTo(Table table) {
    table.row(
        driver,
        runtime,
        mode.label(),
        memory.label(),
        String.format(Locale.ROOT, "%,.1f ms", percentile(0.5)),
        String.format(Locale.ROOT, "%,.1f ms", percentile(0.9)),
        String.valueOf(millis.size()),
        bytesTouched == 0
            ? "-"
            : String.format(Locale.ROOT, "%.1f MiB", bytesTouched / (double) (1 << 20)));
  }

  void addTo(ObjectNode node) {
    node.put("driver", driver).put("runtime", runtime).put("mode", mode.label());
    node.put("memory", memory.label());
    node.put("p50Millis", percentile(0.5)).put("p90Millis", percentile(0.9));
    node.put("n", millis.size()).put("bytesTouched", bytesTouched);
  }
}
