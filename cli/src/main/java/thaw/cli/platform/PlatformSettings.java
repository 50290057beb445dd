package thaw.cli.platform;

import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** The platform's process: its log. */
public record PlatformSettings(
    @Doc("What goes into the platform's log.") @Default("info") Level logLevel,
    @Doc("Size at which the platform's log is rotated.")
        @Default("16MiB")
        @Range(min = "64KiB", max = "1GiB")
        DataSize logFileSize,
    @Doc("Size of all rotated logs together; the oldest are deleted beyond it.")
        @Default("256MiB")
        @Range(min = "1MiB")
        DataSize logTotalSize,
    @Doc("How many days rotated logs are kept.") @Default("14") @Range(min = "1", max = "3650")
        int logRetentionDays) {

  /** How much is logged. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }
}
