package thaw.cli.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;
import thaw.cli.Table;
import tools.jackson.databind.node.ObjectNode;

/**
 * One row of {@code thaw bench warm}.
 *
 * @param driver {@code microvm} or {@code container}, or {@code none} where no sandbox takes part
 * @param runtime empty where no sandbox takes part
 */
record WarmResult(String driver, String runtime, int clients, int memorySizeMb, Load.Result load) {
  static Table table() {
    return new Table(
        "DRIVER",
        "RUNTIME",
        "MEMORY",
        "CLIENTS",
        "CLIENT P50",
        "CLIENT P99",
        "SANDBOX P50",
        "OVERHEAD P50",
        "PER SECOND");
  }

  void addTo(Table table) {
    table.row(
        driver,
        runtime.isEmpty() ? "-" : runtime,
        runtime.isEmpty() ? "-" : memorySizeMb + " MB",
        String.valueOf(clients),
        text(millis(load.client(), 50)),
        text(millis(load.client(), 99)),
        text(millis(load.sandbox(), 50)),
        text(millis(load.overhead(), 50)),
        String.format(Locale.ROOT, "%,.0f", load.throughputPerSecond()));
  }

  void addTo(ObjectNode node) {
    node.put("driver", driver).put("runtime", runtime).put("clients", clients);
    node.put("memorySizeMb", memorySizeMb);
    node.put("clientP50Millis", millis(load.client(), 50));
    node.put("clientP99Millis", millis(load.client(), 99));
    node.put("sandboxP50Millis", millis(load.sandbox(), 50));
    node.put("overheadP50Millis", millis(load.overhead(), 50));
    node.put("throughputPerSecond", Math.round(load.throughputPerSecond() * 10) / 10.0);
    node.put("requests", load.client().getTotalCount());
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / 1000.0;
  }

  private static String text(double millis) {
    return String.format(Locale.ROOT, "%.3f ms", millis);
  }
}
