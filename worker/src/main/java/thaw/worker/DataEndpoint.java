package thaw.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import thaw.model.SandboxCredentials;

/**
 * Carries connections from sandboxes to the API for functions (docs/data-endpoint.md), and knows
 * which sandbox a connection that arrives there belongs to: by its local port, which is written
 * down before the connection is made. Nothing that a guest sends is read here.
 */
public final class DataEndpoint {
  private final Semaphore free;
  private final int connections;
  private final Map<Integer, SandboxCredentials> callers = new ConcurrentHashMap<>();
  private volatile @Nullable InetSocketAddress target;

  /**
   * @param connections most at once, of all sandboxes
   */
  DataEndpoint(int connections) {
    this.connections = connections;
    this.free = new Semaphore(connections);
  }

  /** From now on connections go there; before, they are refused. */
  public void forwardTo(int loopbackPort) {
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), loopbackPort);
  }

  /** The credentials of the sandbox whose connection comes from this port of the loopback. */
  public Optional<SandboxCredentials> callerOf(int localPort) {
    return Optional.ofNullable(callers.get(localPort));
  }

  /** How many connections there are. */
  int open() {
    return connections - free.availablePermits();
  }

  /** A connection of the API's, and the end of it. */
  record Forwarded(SocketChannel channel, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  /**
   * Connects on behalf of a sandbox; empty if there are too many connections, or nothing to connect
   * to.
   */
  Optional<Forwarded> connect(SandboxCredentials caller) throws IOException {
    InetSocketAddress to = target;
    if (to == null || !free.tryAcquire()) {
      return Optional.empty();
    }
    SocketChannel channel = null;
    int port = 0;
    try {
      channel = SocketChannel.open();
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      callers.put(port, caller);
      channel.connect(to);
      SocketChannel connected = channel;
      int from = port;
      return Optional.of(new Forwarded(connected, once(() -> end(connected, from))));
    } catch (IOException | RuntimeException e) {
      end(channel, port);
      throw e;
    }
  }

  private static Runnable once(Runnable end) {
    AtomicBoolean over = new AtomicBoolean();
    return () -> {
      if (over.compareAndSet(false, true)) {
        end.run();
      }
    };
  }

  private void end(@Nullable SocketChannel channel, int port) {
    callers.remove(port);
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing is read from or written to it any more.
    } finally {
      free.release();
    }
  }
}
