package thaw.worker;

import java.time.Duration;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Bounds and times of a worker. */
public record WorkerSettings(
    @Doc("Most sandboxes on this host at any time.") @Default("200") @Range(min = "1")
        int maxSandboxes,
    @Doc("Most sandboxes of one function version; 0 for no bound of its own.")
        @Default("0")
        @Range(min = "0")
        int maxSandboxesPerVersion,
    @Doc(
            "Share of the host's memory that sandboxes may be promised (MemorySize and overhead of"
                + " each).")
        @Default("0.8")
        @Range(min = "0.05", max = "4")
        double memoryShare,
    @Doc("What a sandbox is counted with beyond its function's MemorySize.") @Default("256MiB")
        DataSize sandboxOverhead,
    @Doc("Idle sandboxes are ended while the host has less available memory than this.")
        @Default("512MiB")
        DataSize minAvailableMemory,
    @Doc(
            "Idle sandboxes are ended while the kernel's memory pressure (PSI, some avg10, percent)"
                + " is above this; 0 does not ask.")
        @Default("0")
        @Range(min = "0", max = "100")
        double memoryPressureLimit,
    @Doc("Sandboxes started at the same time; 0 for the number of cores.")
        @Default("0")
        @Range(min = "0")
        int startConcurrency,
    @Doc("Most starts that wait for their turn; invocations beyond it are throttled.")
        @Default("64")
        @Range(min = "1")
        int startQueue,
    @Doc("Longest wait of an invocation for a sandbox; it is throttled after it.")
        @Default("60s")
        @Range(min = "1ms")
        Duration startWait,
    @Doc("INIT phase's limit (AWS: 10 s). Slow emulation needs more.")
        @Default("10s")
        @Range(min = "100ms", max = "15m")
        Duration initTimeout,
    @Doc("An idle sandbox's virtual CPU is stopped after this.")
        @Default("100ms")
        @Range(min = "1ms")
        Duration pauseAfter,
    @Doc("An idle sandbox is ended after this.") @Default("10m") @Range(min = "10ms")
        Duration keepAlive,
    @Doc("A sandbox is ended, once idle, when it is older than this.")
        @Default("4h")
        @Range(min = "10ms")
        Duration maxLifetime,
    @Doc("What a sandbox may log per second, on average; more is dropped and counted.")
        @Default("1MiB")
        @Range(min = "1KiB")
        DataSize outputRate,
    @Doc("What a sandbox may log at once, beyond the rate.") @Default("8MiB") @Range(min = "1KiB")
        DataSize outputBurst,
    @Doc(
            "Most connections of all sandboxes to the data endpoint, over which functions call"
                + " others; one more is reset. One sandbox may have 16.")
        @Default("256")
        @Range(min = "1", max = "65536")
        int dataConnections) {

  /** What holds if nothing is set. */
  public static WorkerSettings defaults() {
    return new WorkerSettings(
        200,
        0,
        0.8,
        DataSize.ofMebibytes(256),
        DataSize.ofMebibytes(512),
        0,
        0,
        64,
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofMillis(100),
        Duration.ofMinutes(10),
        Duration.ofHours(4),
        DataSize.ofMebibytes(1),
        DataSize.ofMebibytes(8),
        256);
  }

  int startsAtOnce() {
    return startConcurrency > 0 ? startConcurrency : Runtime.getRuntime().availableProcessors();
  }
}
