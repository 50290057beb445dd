package thaw.agent;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A guest that says what a test tells it to, to a real {@link AgentConnection}. */
final class FakeGuest implements AutoCloseable {
  private final SocketChannel guestEnd;
  private final AgentConnection connection;
  private final RecordingListener listener = new RecordingListener();
  private final byte[] nonce;

  private FakeGuest(long callTimeoutMillis) throws IOException {
    Path directory = Files.createTempDirectory("fake-guest");
    Path path = directory.resolve("port");
    SocketChannel hostEnd;
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      hostEnd = SocketChannel.open(UnixDomainSocketAddress.of(path));
      guestEnd = server.accept();
    }
    Files.delete(path);
    Files.delete(directory);
    connection = AgentConnection.open(hostEnd, listener, callTimeoutMillis);
    nonce = Arrays.copyOf(Frame.read(guestEnd).payload(), 16);
  }

  /** One that has not greeted. */
  static FakeGuest silent() throws IOException {
    return new FakeGuest(20_000);
  }

  static FakeGuest greeting() throws IOException {
    return greeting(20_000);
  }

  static FakeGuest greeting(long callTimeoutMillis) throws IOException {
    FakeGuest guest = new FakeGuest(callTimeoutMillis);
    guest.send(Frame.hello(guest.nonce));
    return guest;
  }

  AgentConnection connection() {
    return connection;
  }

  RecordingListener listener() {
    return listener;
  }

  byte[] nonce() {
    return nonce;
  }

  Frame read() throws IOException {
    return Frame.read(guestEnd);
  }

  void send(Frame frame) throws IOException {
    send(frame.bytes());
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      guestEnd.write(buffer);
    }
  }

  /** The guest's end is gone. */
  void hangUp() throws IOException {
    guestEnd.close();
  }

  @Override
  public void close() throws IOException {
    connection.close();
    guestEnd.close();
  }
}
