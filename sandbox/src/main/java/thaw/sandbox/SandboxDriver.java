package thaw.sandbox;

import java.util.Map;
import java.util.Optional;
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
   * Starts a sandbox and returns when its guest is prepared ({@link GuestPreparation}), unless it
   * is {@linkplain SandboxSpec#isBase() a base}, which is left as it booted. The caller closes it.
   *
   * @param listener told of what the guest does on its own
   * @throws SandboxException if it could not be started; nothing is left behind
   */
  Sandbox start(SandboxSpec spec, AgentConnection.Listener listener) throws SandboxException;

  /**
   * Resumes a snapshot that knows no function, for one that is not known yet. Its guest is prepared
   * when this returns, runs, and has no code. The caller closes it.
   *
   * @param spec without code and layers, and not capturable
   * @param listener told of what the guest does on its own, also later
   * @return empty if this driver has no guests stand by
   * @throws SandboxException if it could not be resumed; nothing is left behind
   */
  default Optional<Standby> standBy(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    return Optional.empty();
  }

  /**
   * What a snapshot of a sandbox of that size is bound to: images, VMM, accelerator, processor,
   * devices and size. Functions of several MemorySizes share a VM size, and so its snapshots. Empty
   * if this driver does not make snapshots.
   *
   * @throws SandboxException if it does, but not on this host, with the reason
   */
  default Optional<Map<String, String>> snapshotIdentity(int memorySizeMb) throws SandboxException {
    return Optional.empty();
  }

  /**
   * Resumes of that size may be wanted soon: whatever makes the first of them quicker may be begun.
   * A hint; returns at once.
   */
  default void expect(int memorySizeMb, boolean network) {}

  /** What it is doing now, for metrics: numbers by their names in camel case, units last. */
  default Map<String, Double> gauges() {
    return Map.of();
  }

  /** Kills what is still there; returns when all is gone. */
  @Override
  void close();
}
