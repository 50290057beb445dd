package thaw.sandbox;

import thaw.agent.AgentConnection;

/**
 * Makes sandboxes. One implementation today (microvm); a container driver is the second. Both speak
 * the same agent protocol and pass the same contract suite.
 */
public interface SandboxDriver extends AutoCloseable {
  /** Name in settings, logs and benchmarks: {@code microvm}. */
  String name();

  /** Whether a hard CPU quota is sensible (not under emulation, where weights are used). */
  boolean hardCpuQuota();

  /**
   * Starts a sandbox and returns when its agent has greeted. The caller closes it.
   *
   * @param listener told of what the guest does on its own
   * @throws SandboxException if it could not be started; nothing is left behind
   */
  Sandbox start(SandboxSpec spec, AgentConnection.Listener listener) throws SandboxException;

  /** Kills what is still there; returns when all is gone. */
  @Override
  void close();
}
