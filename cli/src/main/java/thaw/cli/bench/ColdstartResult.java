package thaw.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import thaw.cli.Table;
import tools.jackson.databind.node.ObjectNode;

/**
 * One row of {@code thaw bench coldstart}.
 *
 * @param millis from request to reply, of each start, ascending
 * @param bytesTouched what starts touch of their layer's memory, by its page access log; 0 without
 * @param layerBytes what the layer they go on from takes on disk, without those below it; 0 without
 * @param capture what taking it took, if it is the function's own
 */
record ColdstartResult(
    String driver,
    String runtime,
    ColdstartMode mode,
    MemorySource memory,
    List<Double> millis,
    long bytesTouched,
    long layerBytes,
    Optional<Capture> capture) {
  ColdstartResult {
    millis = millis.stream().sorted().toList();
  }

  static Table table() {
    return new Table(
        "DRIVER", "RUNTIME", "MODE", "MEMORY", "P50", "P90", "N", "TOUCHED", "LAYER", "CAPTURE");
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
        mebibytes(bytesTouched),
        mebibytes(layerBytes),
        capture
            .map(taken ->
                String.format(
                    Locale.ROOT, "%,.0f ms (INIT %,.0f)", taken.millis(), taken.initMillis()))
            .orElse("-"));
  }

  private static String mebibytes(long bytes) {
    return bytes == 0 ? "-" : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }

  void addTo(ObjectNode node) {
    node.put("driver", driver).put("runtime", runtime).put("mode", mode.label());
    node.put("memory", memory.label());
    node.put("p50Millis", percentile(0.5)).put("p90Millis", percentile(0.9));
    node.put("n", millis.size()).put("bytesTouched", bytesTouched);
    node.put("layerBytes", layerBytes);
    capture.ifPresent(
        taken -> node.put("captureMillis", taken.millis()).put("initMillis", taken.initMillis()));
  }
}
