package thaw.agent;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that keeps what it is told; the tests fetch it. */
final class RecordingListener implements AgentConnection.Listener {
  private static final int WAIT_SECONDS = 20;

  private final BlockingQueue<AgentStream> connections = new LinkedBlockingQueue<>();
  private final BlockingQueue<AgentStream> services = new LinkedBlockingQueue<>();
  private final BlockingQueue<AgentStream> outputs = new LinkedBlockingQueue<>();
  private final BlockingQueue<ExitStatus> exits = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();

  @Override
  public void connectionOpened(AgentStream stream) {
    connections.add(stream);
  }

  @Override
  public void serviceOpened(AgentStream stream) {
    services.add(stream);
  }

  @Override
  public void outputOpened(AgentStream output) {
    outputs.add(output);
  }

  @Override
  public void runtimeExited(ExitStatus status) {
    exits.add(status);
  }

  @Override
  public void closed(String reason) {
    if (!closed.complete(reason)) {
      throw new IllegalStateException("closed twice: " + reason);
    }
  }

  AgentStream connection() throws InterruptedException {
    return take(connections, "connection");
  }

  AgentStream service() throws InterruptedException {
    return take(services, "connection to the data endpoint");
  }

  /** Standard output comes before standard error. */
  AgentStream output() throws InterruptedException {
    return take(outputs, "output");
  }

  ExitStatus exit() throws InterruptedException {
    return take(exits, "exit");
  }

  boolean exitedAlready() {
    return !exits.isEmpty();
  }

  boolean isClosed() {
    return closed.isDone();
  }

  String closeReason() throws Exception {
    return closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static <T> T take(BlockingQueue<T> queue, String what) throws InterruptedException {
    T taken = queue.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (taken == null) {
      throw new AssertionError("no " + what + " within " + WAIT_SECONDS + " s");
    }
    return taken;
  }
}
