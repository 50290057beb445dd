package thaw.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentStream;
import thaw.model.SandboxCredentials;

/** One sandbox's connections to the data endpoint, and the credentials that are good there. */
final class DataConnections implements AutoCloseable {
  /** Most of one sandbox; it has 64 streams for everything. */
  static final int MOST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(DataConnections.class);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final DataEndpoint endpoint;
  private final SandboxCredentials credentials = SandboxCredentials.random();
  private final Semaphore free = new Semaphore(MOST);
  private final Set<DataEndpoint.Forwarded> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  DataConnections(DataEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  SandboxCredentials credentials() {
    return credentials;
  }

  /**
   * Carries a connection to its end, on threads of its own; returns at once. One too many is reset,
   * as is one that was made before a snapshot.
   */
  void carry(AgentStream stream) {
    if (closed || stream.carried() || !free.tryAcquire()) {
      stream.refuse();
      return;
    }
    Thread.ofVirtual().name("data-endpoint").start(() -> connect(stream));
  }

  private void connect(AgentStream stream) {
    try {
      var forwarded = endpoint.connect(credentials);
      if (forwarded.isEmpty()) {
        return;
      }
      try (DataEndpoint.Forwarded connection = forwarded.get()) {
        open.add(connection);
        if (!closed) {
          Thread up =
              Thread.ofVirtual().name("data-endpoint-up").start(() -> up(stream, connection));
          down(connection, stream);
          up.join();
        }
      } finally {
        open.remove(forwarded.get());
      }
    } catch (IOException e) {
      LOG.debug("a connection to the data endpoint broke: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stream.abort(); // no effect if it was closed in peace
      free.release();
    }
  }

  /** From the guest to the API. */
  private static void up(AgentStream stream, DataEndpoint.Forwarded connection) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (stream.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.channel().write(buffer);
        }
        buffer.clear();
      }
      connection.channel().shutdownOutput();
    } catch (IOException e) {
      connection.close(); // and so the other way ends too
    }
  }

  /** From the API to the guest; at its end the connection is over. */
  private static void down(DataEndpoint.Forwarded connection, AgentStream stream)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    while (connection.channel().read(buffer) >= 0) {
      buffer.flip();
      stream.write(buffer);
      buffer.clear();
    }
    stream.close();
  }

  /** Ends all of them. */
  @Override
  public void close() {
    closed = true;
    open.forEach(DataEndpoint.Forwarded::close);
  }
}
