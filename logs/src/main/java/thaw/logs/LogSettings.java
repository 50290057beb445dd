package thaw.logs;

import java.time.Duration;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Bounds of what functions' logs may take on disk and in memory. */
public record LogSettings(
    @Doc("How long log segments are kept after they were last written to.")
        @Default("14d")
        @Range(min = "1m")
        Duration retention,
    @Doc("Size at which a new log segment is begun.")
        @Default("16MiB")
        @Range(min = "64KiB", max = "1GiB")
        DataSize segmentSize,
    @Doc("Largest size of one log group on disk; its oldest segments are deleted beyond it.")
        @Default("256MiB")
        @Range(min = "1MiB")
        DataSize groupSize,
    @Doc("Memory for lines that wait to be written; lines beyond it are dropped and counted.")
        @Default("16MiB")
        @Range(min = "1MiB", max = "1GiB")
        DataSize queueSize) {

  /** What holds if nothing is set. */
  public static LogSettings defaults() {
    return new LogSettings(
        Duration.ofDays(14),
        DataSize.ofMebibytes(16),
        DataSize.ofMebibytes(256),
        DataSize.ofMebibytes(16));
  }
}
