package thaw.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadTest {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Answers every request with the same bytes, cut in two pieces. */
  private static final class Server implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicLong requests = new AtomicLong();
    private final ConcurrentHashMap<Socket, Boolean> clients = new ConcurrentHashMap<>();
    private final byte[] answer;

    Server(String answer) throws IOException {
      this.answer = answer.getBytes(StandardCharsets.US_ASCII);
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket client = socket.accept();
          clients.put(client, true);
          Thread.ofVirtual().start(() -> serve(client));
        }
      } catch (IOException closed) {
        return;
      }
    }

    private void serve(Socket client) {
      try (client) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = client.getOutputStream();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.isEmpty()) {
            requests.incrementAndGet();
            out.write(answer, 0, 20);
            out.write(answer, 20, answer.length - 20);
          }
        }
      } catch (IOException closed) {
        return;
      }
    }

    InetSocketAddress address() {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket client : clients.keySet()) {
        client.close();
      }
    }
  }

  private static Load.Result run(Server server, int clients) throws IOException {
    return Load.run(
        server.address(), REQUEST, clients, Duration.ofMillis(50), Duration.ofMillis(200));
  }

  @Test
  void everyClientKeepsItsConnectionAndItsRequestsAreCounted() throws IOException {
    String answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer-Timing: sandbox;dur=0, handler;dur=0.007\r\n\r\nok";
    try (Server server = new Server(answer)) {
      Load.Result result = run(server, 3);
      assertThat(server.clients).hasSize(3);
      assertThat(result.client().getTotalCount())
          .isPositive()
          .isLessThanOrEqualTo(server.requests.get());
      assertThat(result.sandbox().getMaxValue()).isLessThanOrEqualTo(7);
      assertThat(result.overhead().getValueAtPercentile(50))
          .isLessThanOrEqualTo(result.client().getValueAtPercentile(50));
      assertThat(result.throughputPerSecond()).isPositive();
    }
  }

  @Test
  void anErrorStopsTheMeasurement() throws IOException {
    try (Server server = new Server("HTTP/1.1 429 No\r\nContent-Length: 4\r\n\r\nbusy")) {
      assertThatThrownBy(() -> run(server, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("busy");
    }
    try (Server server =
        new Server(
            "HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\nContent-Length: 0\r\n\r\n")) {
      assertThatThrownBy(() -> run(server, 1)).hasMessageContaining("Unhandled");
    }
  }
}
