package thaw.runtimeapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives a {@link RuntimeApi} a port on loopback, in place of the agent. */
final class LoopbackServer implements AutoCloseable {
  final RuntimeApi api = new RuntimeApi();
  private final ServerSocketChannel listener;
  private volatile RuntimeApi serving = api;
  private volatile @Nullable SocketConnection latest;

  LoopbackServer() {
    try {
      listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.socket().getLocalPort();
  }

  RawClient connect() throws IOException {
    return new RawClient(port());
  }

  /** A runtime API that takes over the latest connection, and new ones, as after a restore. */
  RuntimeApi restored(byte[] body) {
    RuntimeApi next = new RuntimeApi();
    serving = next;
    next.serveRestored(Objects.requireNonNull(latest), body);
    return next;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = listener.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SocketConnection connection = new SocketConnection(channel);
        latest = connection;
        serving.serve(connection);
      }
    } catch (ClosedChannelException e) {
      // The test is over.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    api.close();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
