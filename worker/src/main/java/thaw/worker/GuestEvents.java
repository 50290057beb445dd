package thaw.worker;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;

/**
 * What a guest does on its own, handed to the runtime's present life. The agent ends a process's
 * streams before it tells of its exit, and a new one is started only after that, so nothing can
 * reach the wrong life.
 */
final class GuestEvents implements AgentConnection.Listener {
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Optional<DataConnections> data;
  private volatile @Nullable RuntimeLife life;
  private volatile boolean over;

  GuestEvents(Optional<DataConnections> data) {
    this.data = data;
  }

  /** Of a guest that has no use for the data endpoint. */
  GuestEvents() {
    this(Optional.empty());
  }

  /** From now on events are this life's. */
  void begin(RuntimeLife next) {
    life = next;
    if (over) {
      next.lost();
    }
  }

  /** Has something run when the connection to the agent is over, which may be at once. */
  void whenOver(Runnable task) {
    var _ = ended.thenRun(task);
  }

  /** Whether the connection to the agent is over. */
  boolean over() {
    return over;
  }

  @Override
  public void connectionOpened(AgentStream stream) {
    RuntimeLife now = life;
    if (now == null) {
      stream.refuse();
    } else {
      now.connected(stream);
    }
  }

  @Override
  public void serviceOpened(AgentStream stream) {
    data.ifPresentOrElse(connections -> connections.carry(stream), stream::refuse);
  }

  @Override
  public void outputOpened(AgentStream output) {
    RuntimeLife now = life;
    if (now == null) {
      output.refuse();
    } else {
      now.printing(output);
    }
  }

  @Override
  public void runtimeExited(ExitStatus status) {
    RuntimeLife now = life;
    if (now != null) {
      now.exited(status);
    }
  }

  @Override
  public void closed(String reason) {
    over = true;
    data.ifPresent(DataConnections::close);
    RuntimeLife now = life;
    if (now != null) {
      now.lost();
    }
    ended.complete(null);
  }
}
