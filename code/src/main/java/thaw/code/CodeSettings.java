package thaw.code;

import java.time.Duration;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Settings of the code store. */
public record CodeSettings(
    @Doc("How many deployment packages are checked or turned into images at once.")
        @Default("2")
        @Range(min = "1", max = "64")
        int packagesAtOnce,
    @Doc(
            "How long code that no function uses any more is kept after its last use, so that"
                + " invocations under way still find it.")
        @Default("20m")
        @Range(min = "1m")
        Duration keepUnused,
    @Doc(
            "Most storage for the code of all functions and layers together, as it was uploaded;"
                + " what two have in common counts once. Further code is refused.")
        @Default("75GiB")
        @Range(min = "1KiB")
        DataSize totalSize) {
  /** The defaults, for tests and tools. */
  public static CodeSettings defaults() {
    return new CodeSettings(2, Duration.ofMinutes(20), DataSize.ofMebibytes(75L << 10));
  }
}
