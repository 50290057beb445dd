package thaw.chunks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** A server that answers each request with the next bytes it was given, whatever they are. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();

  private record Answer(String bytes, boolean closes) {}

  /** Starts one on loopback. */
  ScriptedServer(ServerSocketFactory sockets) throws IOException {
    listener = sockets.createServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Its address, with another name for its host. */
  URI address(String scheme, String host) {
    return URI.create(scheme + "://" + host + ":" + listener.getLocalPort() + "/bucket/");
  }

  /** Has the next request answered with this. */
  ScriptedServer then(String bytes) {
    answers.add(new Answer(bytes, false));
    return this;
  }

  /** The same, and the connection is closed after it. */
  ScriptedServer thenClosing(String bytes) {
    answers.add(new Answer(bytes, true));
    return this;
  }

  /** How many connections were made so far. */
  int connections() {
    return connections.get();
  }

  /** The heads of the requests so far. */
  Queue<String> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // It was closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      StringBuilder head = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        head.append(line).append('\n');
        if (!line.isEmpty()) {
          continue;
        }
        requests.add(head.toString());
        head.setLength(0);
        Answer answer = answers.remove();
        socket.getOutputStream().write(answer.bytes().getBytes(StandardCharsets.ISO_8859_1));
        if (answer.closes()) {
          return;
        }
      }
    } catch (IOException _) {
      // Whoever asked went away.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
