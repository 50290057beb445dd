package thaw.worker;

import java.util.Optional;
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
  private final Runnable onDeath;
  private final Optional<DataConnections> data;
  private volatile @Nullable RuntimeLife life;
  private volatile boolean over;

  GuestEvents(Runnable onDeath, Optional<DataConnections> data) {
    this.onDeath = onDeath;
    this.data = data;
  }

  /** Of a guest that has no use for the data endpoint. */
  GuestEvents(Runnable onDeath) {
    this(onDeath, Optional.empty());
  }

  /** From now on events are this life's. */
  void begin(RuntimeLife next) {
    life = next;
    if (over) {
      next.lost();
    }
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
    onDeath.run();
  }
}
