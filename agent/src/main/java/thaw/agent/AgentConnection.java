package thaw.agent;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.time.Instant;

/**
 * The host's side of the agent protocol (docs/agent-protocol.md): one per sandbox, over its
 * virtio-serial port. Methods block the calling (virtual) thread until the agent has answered. The
 * guest is hostile: a frame that breaks the protocol ends the connection and thereby the sandbox.
 */
public final class AgentConnection implements AutoCloseable {

  /** What the guest does on its own. Called on the connection's reader thread: must not block. */
  public interface Listener {
    /** A process in the guest connected to 127.0.0.1:9001. */
    void connectionOpened(AgentStream stream);

    /** The runtime wrote to stdout or stderr; flow-controlled by reading it. */
    void outputOpened(AgentStream output);

    /** The runtime's main process is gone (its cgroup was emptied after it). */
    void runtimeExited(ExitStatus status);

    /** The connection is over; nothing else is called after this. */
    void closed(String reason);
  }

  /**
   * Starts reading from {@code channel}, which the connection owns from now on.
   *
   * @param channel the virtio-serial port's host end, blocking
   */
  public static AgentConnection open(ByteChannel channel, Listener listener) {
    throw new UnsupportedOperationException();
  }

  /** Waits for the agent's greeting, sent once the guest is up. */
  public AgentHello awaitHello(Duration timeout) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Sets the guest's wall clock. */
  public void setClock(Instant now) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Mixes {@code seed} into the guest kernel's RNG and reseeds it. */
  public void reseed(byte[] seed) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Gives the guest its hostname and machine id. */
  public void setIdentity(GuestIdentity identity) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Configures the NIC: address, route, resolver. Without this call only loopback is up. */
  public void configureNetwork(GuestNetwork network) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Mounts the runtime, code, /opt and /tmp disks (the table is fixed, see the protocol). */
  public void mountDisks() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Starts the runtime's main process; its stdout and stderr arrive as streams. */
  public void startRuntime(RuntimeProcess process) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Freezes every customer process (cgroup freezer); returns when all are frozen. */
  public void freeze() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Lets customer processes run again. */
  public void thaw() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Kills every customer process; {@link Listener#runtimeExited} follows. */
  public void killRuntime() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Highest memory use of the customer's cgroup since its start, bytes. */
  public long peakMemoryBytes() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Asks the guest to power off; the VM ends. */
  public void powerOff() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Ends the connection; open streams fail, pending calls fail. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
