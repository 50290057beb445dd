package thaw.worker;

import java.util.List;
import java.util.Map;
import thaw.logs.LogWriterStatus;

/**
 * A worker at one moment.
 *
 * @param driver the sandbox driver's name
 * @param sandboxes its sandboxes
 * @param pool how full it is
 * @param counters what it has counted since its start
 * @param logs the log writer's queue
 * @param dataConnections connections of sandboxes to the data endpoint
 * @param pages what page access logs are good for
 * @param layersPending snapshot layers that wait to be made or are being made, {@code
 *     worker.layers}
 * @param gauges what the driver is doing ({@link thaw.sandbox.SandboxDriver#gauges}), and how many
 *     guests stand by
 */
public record WorkerStatus(
    String driver,
    List<SandboxStatus> sandboxes,
    PoolStatus pool,
    WorkerCounters counters,
    LogWriterStatus logs,
    int dataConnections,
    PageStatus pages,
    int layersPending,
    Map<String, Double> gauges) {
  public WorkerStatus {
    sandboxes = List.copyOf(sandboxes);
    gauges = Map.copyOf(gauges);
  }

  /**
   * One sandbox.
   *
   * @param id empty while it is being started
   * @param state INIT, IDLE, BUSY or DEAD
   * @param paused whether its CPU is stopped
   * @param residentBytes memory it takes of the host, 0 if unknown
   */
  public record SandboxStatus(
      String id,
      String functionName,
      String version,
      String state,
      boolean paused,
      int memorySizeMb,
      long residentBytes,
      long invocations,
      long ageMillis) {}

  /**
   * The pool {@code worker.sandboxes} and its queues.
   *
   * @param sandboxes sandboxes that count, those being started or ended included
   * @param maxSandboxes their bound
   * @param promisedBytes memory they are promised
   * @param budgetBytes its bound
   * @param waiting invocations that wait for a sandbox
   * @param startsQueued starts that wait for their turn, {@code worker.starts}
   * @param maxStartsQueued their bound
   * @param startsRunning starts at this moment
   * @param maxStartsRunning their bound
   */
  public record PoolStatus(
      int sandboxes,
      int maxSandboxes,
      long promisedBytes,
      long budgetBytes,
      int waiting,
      int startsQueued,
      int maxStartsQueued,
      int startsRunning,
      int maxStartsRunning) {}

  /**
   * Page access logs, since the worker's start.
   *
   * @param pushed pages of memory that resumes with a log had pushed to them
   * @param faults pages that they asked for nevertheless, to the end of their first invocation
   * @param coverage the share of {@code pushed} in both, 0 to 1; 1 if there was no such resume
   * @param diskReads reads of their read-only disks, to the end of their first invocation
   * @param diskPages pages in them
   * @param waste the share of the entries of logs made here that a recorded resume did not touch,
   *     on average, 0 to 1
   */
  public record PageStatus(
      long pushed, long faults, double coverage, long diskReads, long diskPages, double waste) {}
}
