package thaw.cli.bench;

import java.util.Arrays;
import thaw.cli.UserError;

/** From where the starts of a row go on. */
enum ColdstartMode {
  BOOT("boot", "boot"),
  BASE("base", "base"),
  RUNTIME("runtime", "runtime"),
  CODE("code", "code"),
  FUNCTION("function", "function"),
  WARMUP("function+warmup", "function");

  private final String label;
  private final String startFrom;

  ColdstartMode(String label, String startFrom) {
    this.label = label;
    this.startFrom = startFrom;
  }

  static ColdstartMode of(String label) {
    return Arrays.stream(values())
        .filter(mode -> mode.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new UserError(
                "there is no mode " + label,
                "Modes: boot, base, runtime, code, function, function+warmup."));
  }

  String label() {
    return label;
  }

  /** As the setting {@code snapshots.startFrom} and the REPORT line name it. */
  String startFrom() {
    return startFrom;
  }

  /** Whether its function is a published version with SnapStart. */
  boolean hasSnapshot() {
    return this == FUNCTION || this == WARMUP;
  }
}
