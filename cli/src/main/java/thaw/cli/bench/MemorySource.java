package thaw.cli.bench;

import java.util.List;
import java.util.Map;

/** Where the pages of a resumed VM come from in a row. */
enum MemorySource {
  /** The VM boots: its memory is its own. */
  ANONYMOUS("anonymous", "ignore"),
  /** A file of its own, all of it written anew for each start, which is part of the time. */
  PLAIN("plain", "ignore"),
  SPARSE("sparse", "ignore"),
  SPARSE_LOG("sparse+log", "use"),
  SPARSE_SHUFFLED("sparse+shuffledlog", "shuffle");

  private final String label;
  private final String accessLog;

  MemorySource(String label, String accessLog) {
    this.label = label;
    this.accessLog = accessLog;
  }

  String label() {
    return label;
  }

  Map<String, String> settings() {
    return Map.of(
        "snapshots.accessLog",
        accessLog,
        "microvm.memorySource",
        this == PLAIN ? "plain" : "sparse");
  }

  /** Whether it makes use of a page access log. */
  boolean wantsLog() {
    return this == SPARSE_LOG || this == SPARSE_SHUFFLED;
  }

  /** The rows of a mode. Without a log first: the log is learnt then. */
  static List<MemorySource> of(ColdstartMode mode) {
    return switch (mode) {
      case BOOT -> List.of(ANONYMOUS);
      case BASE, WARMUP -> List.of(SPARSE, SPARSE_LOG);
      case RUNTIME_STANDBY, CODE_STANDBY, FUNCTION_STANDBY -> List.of(SPARSE_LOG);
      case RUNTIME, CODE, FUNCTION -> List.of(PLAIN, SPARSE, SPARSE_LOG, SPARSE_SHUFFLED);
    };
  }
}
