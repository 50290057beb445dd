package thaw.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One keep-alive connection that sends the same request again and again. */
final class LoadConnection implements AutoCloseable {
  private static final int ANSWER_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final ByteBuffer request;
  private final byte[] answer = new byte[ANSWER_BYTES];
  private final ByteBuffer received = ByteBuffer.wrap(answer);
  private long sentNanos;
  private long answers;

  /** How long one request took, and how much of that the handler did. */
  record Timing(long clientMicros, long sandboxMicros) {}

  LoadConnection(InetSocketAddress server, byte[] request) throws IOException {
    this.channel = SocketChannel.open(server);
    this.request = ByteBuffer.allocateDirect(request.length).put(request);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
  }

  /** Sends the first request. */
  void register(Selector selector) throws IOException {
    channel.register(selector, SelectionKey.OP_READ, this);
    send();
  }

  long answers() {
    return answers;
  }

  /** Reads what there is; when the answer is whole, sends the next request. */
  Optional<Timing> receive() throws IOException {
    if (channel.read(received) < 0) {
      throw new IOException("the platform closed a keep-alive connection");
    }
    Response response = Response.scan(answer, received.position());
    if (!response.whole()) {
      if (!received.hasRemaining()) {
        throw new IOException("an answer is longer than " + ANSWER_BYTES + " bytes");
      }
      return Optional.empty();
    }
    long clientMicros = (System.nanoTime() - sentNanos) / 1000;
    if (response.status() >= 300 || response.functionError()) {
      throw new IOException(
          "the platform answered "
              + new String(answer, 0, received.position(), StandardCharsets.UTF_8));
    }
    answers++;
    received.clear();
    send();
    return Optional.of(new Timing(clientMicros, Math.round(response.handlerMillis() * 1000)));
  }

  /** A request is far smaller than the socket's buffer, which is empty: one write takes it all. */
  private void send() throws IOException {
    sentNanos = System.nanoTime();
    request.flip();
    channel.write(request);
    if (request.hasRemaining()) {
      throw new IOException("the request did not fit into the socket's buffer");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
