package thaw.cli.bench;

import java.util.Arrays;
import java.util.List;
import thaw.cli.UserError;

/** From where the starts of a row go on. */
enum ColdstartMode {
  BOOT("boot", "boot"),
  BASE("base", "base"),
  RUNTIME("runtime", "runtime"),
  CODE("code", "code"),
  FUNCTION("function", "function"),
  WARMUP("function+warmup", "function"),
  RUNTIME_STANDBY("runtime+standby", "runtime"),
  CODE_STANDBY("code+standby", "code"),
  FUNCTION_STANDBY("function+standby", "function");

  /** Behind a mode whose starts find a guest that was resumed before. */
  private static final String STANDBY = "+standby";

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
                "there is no mode " + label, "Modes: " + String.join(", ", labels()) + "."));
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(ColdstartMode::label).toList();
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
    return this == FUNCTION || this == WARMUP || this == FUNCTION_STANDBY;
  }

  /** Whether its starts find a guest that stands by; else each is resumed when it is asked for. */
  boolean standsBy() {
    return label.endsWith(STANDBY);
  }
}
