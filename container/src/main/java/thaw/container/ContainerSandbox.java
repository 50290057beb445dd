package thaw.container;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.agent.GuestNetwork;
import thaw.jail.CloseStack;
import thaw.jail.Jail;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxException;

/** A running container. It ends with its connection, and the connection with it. */
final class ContainerSandbox implements Sandbox {
  private static final Logger log = LoggerFactory.getLogger(ContainerSandbox.class);

  /** runc's convention: 128 + signal. */
  private static final int SIGNALLED = 128;

  /** The agent's status when its host closed the connection. */
  private static final int HOST_LEFT = 3;

  private final Jail jail;
  private final Optional<GuestNetwork> network;
  private final CloseStack undo;
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicReference<@Nullable String> connectionEnd = new AtomicReference<>();
  private final CompletableFuture<String> died;
  private @Nullable AgentConnection agent;
  private boolean paused;

  /**
   * @param undo what close() undoes; the jail is in it
   */
  ContainerSandbox(Jail jail, Optional<GuestNetwork> network, CloseStack undo) {
    this.jail = jail;
    this.network = network;
    this.undo = undo;
    this.died = jail.ended().thenApply(this::reason);
  }

  void connect(SocketChannel channel, AgentConnection.Listener listener) throws IOException {
    AgentConnection connection = AgentConnection.open(channel, new EndingListener(listener));
    agent = connection;
    undo.push(connection::close);
  }

  /** Waits for the agent; if the container ended instead, says why. */
  void awaitHello(Duration timeout) throws IOException {
    try {
      agent().awaitHello(timeout);
    } catch (IOException e) {
      agent().close();
      jail.close();
      throw new IOException("the agent did not greet: " + died.join() + "; " + jail.output(), e);
    }
  }

  /** Adds to what {@link #close} does. */
  void whenClosed(CloseStack.Step step) {
    undo.push(step);
  }

  @Override
  public String id() {
    return jail.id();
  }

  @Override
  public AgentConnection agent() {
    AgentConnection connection = agent;
    if (connection == null) {
      throw new IllegalStateException("not connected yet");
    }
    return connection;
  }

  @Override
  public Optional<GuestNetwork> network() {
    return network;
  }

  @Override
  public void pause() throws SandboxException {
    changeTo(true);
  }

  @Override
  public void resume() throws SandboxException {
    changeTo(false);
  }

  private void changeTo(boolean wanted) throws SandboxException {
    turn.lock();
    try {
      if (paused == wanted) {
        return;
      }
      if (wanted) {
        jail.controlGroup().freeze();
      } else {
        jail.controlGroup().thaw();
      }
      paused = wanted;
    } catch (IOException e) {
      throw new SandboxException(
          "sandbox " + id() + " could not be " + (wanted ? "paused" : "resumed"), e);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public long residentBytes() {
    return jail.controlGroup().residentBytes();
  }

  @Override
  public CompletableFuture<String> died() {
    return died;
  }

  @Override
  public void close() {
    end("closed");
    undo.close();
  }

  /** What is frozen does not see that its connection is gone. */
  private void end(String why) {
    connectionEnd.compareAndSet(null, why);
    try {
      resume();
    } catch (SandboxException e) {
      log.debug("{}: thawing a container that ends", id(), e);
    }
  }

  private String reason(int status) {
    if (status > SIGNALLED) {
      return "the container was killed by signal " + (status - SIGNALLED);
    }
    String connection = connectionEnd.get();
    if (status == HOST_LEFT || "closed".equals(connection)) {
      return connection == null ? "closed" : connection;
    }
    return status == 0
        ? "the container powered off"
        : "the container ended with status " + status + ": " + jail.output();
  }

  /** Passes everything on, and ends the container with its connection. */
  private final class EndingListener implements AgentConnection.Listener {
    private final AgentConnection.Listener next;

    EndingListener(AgentConnection.Listener next) {
      this.next = next;
    }

    @Override
    public void connectionOpened(AgentStream stream) {
      next.connectionOpened(stream);
    }

    @Override
    public void serviceOpened(AgentStream stream) {
      next.serviceOpened(stream);
    }

    @Override
    public void outputOpened(AgentStream output) {
      next.outputOpened(output);
    }

    @Override
    public void runtimeExited(ExitStatus status) {
      next.runtimeExited(status);
    }

    @Override
    public void closed(String reason) {
      end(reason);
      next.closed(reason);
    }
  }
}
