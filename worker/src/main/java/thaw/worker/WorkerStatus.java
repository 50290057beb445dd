package thaw.worker;

import java.util.List;

/**
 * A worker at one moment.
 *
 * @param driver the sandbox driver's name
 * @param sandboxes its sandboxes
 */
public record WorkerStatus(String driver, List<SandboxStatus> sandboxes) {
  /**
   * One sandbox.
   *
   * @param state INIT, IDLE, BUSY or DEAD
   */
  public record SandboxStatus(
      String id,
      String functionName,
      String version,
      String state,
      int memorySizeMb,
      long invocations,
      long ageMillis) {}
}
