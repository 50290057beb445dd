package thaw.worker;

import java.time.Duration;
import java.util.Locale;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** How starts use snapshots. */
public record SnapshotSettings(
    @Doc(
            "The deepest snapshot layer that starts go on from: boot (none), base, runtime, code,"
                + " or function.")
        @Default("function")
        StartDepth startFrom,
    @Doc("Snapshot layers older than this are made anew, so that what clones share changes.")
        @Default("14d")
        @Range(min = "1m")
        Duration rotateAfter,
    @Doc(
            "How many resumes of a layer are recorded to learn which pages they touch; 0 learns"
                + " nothing.")
        @Default("5")
        @Range(min = "0", max = "100")
        int recordings,
    @Doc("What resumes do with a layer's page access log: use, ignore, or shuffle (benchmarks).")
        @Default("use")
        AccessLogUse accessLog,
    @Doc("Invocations of Thaw's own handler that warm a runtime before its snapshot is taken.")
        @Default("20")
        @Range(min = "1", max = "10000")
        int exerciseInvokes,
    @Doc("INIT's limit while a function's snapshot is made (AWS: 130 s).")
        @Default("130s")
        @Range(min = "1s", max = "15m")
        Duration captureTimeout,
    @Doc("Limit of a resumed function until it is ready, after-restore hooks included (AWS: 10 s).")
        @Default("10s")
        @Range(min = "100ms", max = "15m")
        Duration restoreTimeout,
    @Doc("Most layers that wait to be made in the background.") @Default("64") @Range(min = "1")
        int makeQueue,
    @Doc("After a layer could not be made, it is not tried again for this long.")
        @Default("1m")
        @Range(min = "1s")
        Duration makeAgainAfter,
    @Doc(
            "Whether clones of one function version share the pages of its snapshot that none of"
                + " them writes. More clones fit on a host; a clone may learn by its faults what"
                + " others touched, and no VMM can wait for its resume. Never across functions.")
        @Default("false")
        boolean shareMemory,
    @Doc(
            "How many guests stand by for each layer that starts go on from: resumed, and stopped,"
                + " before a start asks for one. Each takes the memory of an idle sandbox. 0 for"
                + " none.")
        @Default("1")
        @Range(min = "0", max = "100")
        int standbys,
    @Doc("Most guests that stand by, for all layers together.")
        @Default("8")
        @Range(min = "1", max = "10000")
        int standbysMax,
    @Doc("After the last start from a layer, its guests that stand by are kept for this long.")
        @Default("10m")
        @Range(min = "10ms")
        Duration standbyIdle) {

  /** From where a sandbox starts, the deepest last. */
  public enum StartDepth {
    /** Its kernel boots. */
    BOOT,
    /** The kernel is up; the runtime is started. */
    BASE,
    /** The runtime is up and warm; INIT is run. */
    RUNTIME,
    /** The function's code is mounted and compiled as well; INIT is run. */
    CODE,
    /** INIT is done. */
    FUNCTION;

    /** As it stands in the REPORT line. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Where a start goes on from if it failed from here; a boot has nothing below. */
    StartDepth below() {
      return switch (this) {
        case FUNCTION, CODE -> RUNTIME;
        case RUNTIME -> BASE;
        case BASE, BOOT -> BOOT;
      };
    }
  }

  /** What is done with page access logs. */
  public enum AccessLogUse {
    /** Its pages are pushed in its order. */
    USE,
    /** Pages are read when they are touched. */
    IGNORE,
    /** Its pages are pushed in an order by chance: how much the order is worth. */
    SHUFFLE
  }

  /** What holds if nothing is set. */
  public static SnapshotSettings defaults() {
    return new SnapshotSettings(
        StartDepth.FUNCTION,
        Duration.ofDays(14),
        5,
        AccessLogUse.USE,
        20,
        Duration.ofSeconds(130),
        Duration.ofSeconds(10),
        64,
        Duration.ofMinutes(1),
        false,
        1,
        8,
        Duration.ofMinutes(10));
  }
}
