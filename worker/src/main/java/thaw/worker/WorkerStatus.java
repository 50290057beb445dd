package thaw.worker;

import java.util.List;
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
 */
public record WorkerStatus(
    String driver,
    List<SandboxStatus> sandboxes,
    PoolStatus pool,
    WorkerCounters counters,
    LogWriterStatus logs,
    int dataConnections) {
  public WorkerStatus {
    sandboxes = List.copyOf(sandboxes);
  }

  /** A worker that has no bounds and has not counted anything. */
  public WorkerStatus(String driver, List<SandboxStatus> sandboxes) {
    this(
        driver,
        sandboxes,
        new PoolStatus(sandboxes.size(), 0, 0, 0, 0, 0, 0, 0, 0),
        new Counters().snapshot(),
        new LogWriterStatus(0, 0, 0, 0),
        0);
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
}
