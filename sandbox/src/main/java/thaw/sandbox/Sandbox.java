package thaw.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import thaw.agent.AgentConnection;
import thaw.agent.GuestNetwork;

/** A running sandbox: one VM (or container) that serves one invocation at a time. */
public interface Sandbox extends AutoCloseable {
  /** Unique on this host. */
  String id();

  /** The connection to its agent. */
  AgentConnection agent();

  /** How its NIC is to be configured, or empty if it has no network. */
  Optional<GuestNetwork> network();

  /** Stops the virtual CPU: an idle sandbox burns none. No effect if it is stopped. */
  void pause() throws SandboxException;

  /** Lets the virtual CPU run again. No effect if it runs. */
  void resume() throws SandboxException;

  /**
   * Stops the sandbox and saves it. Customer processes must have been frozen, and the agent's
   * connection be at rest: after the answer to the last call nothing may be sent. Afterwards the
   * sandbox does not run again; close it when the capture is stored.
   *
   * @throws SandboxException if it is not capturable, or could not be saved
   */
  default Capture capture() throws SandboxException {
    throw new SandboxException("sandbox " + id() + " is not capturable");
  }

  /**
   * Pages of memory and read-only disks in the order in which they were first touched since the
   * resume, if that is recorded, as entries of a {@link thaw.snapshots.PageAccessLog}; a copy of
   * what is known so far.
   */
  default List<Integer> firstTouches() {
    return List.of();
  }

  /** How its pages came to it so far. */
  default PageStatistics pageStatistics() {
    return PageStatistics.NONE;
  }

  /** What it takes of the host's memory; walks page tables, so ask rarely. */
  default MemoryUse memoryUse() {
    return new MemoryUse(0, 0);
  }

  /** Resident memory of the sandbox on the host, bytes (best effort, 0 if unknown). */
  long residentBytes();

  /** Completes, with a reason for people, when the sandbox has died for whatever reason. */
  CompletableFuture<String> died();

  /** Kills it and returns when nothing of it is left. */
  @Override
  void close();
}
