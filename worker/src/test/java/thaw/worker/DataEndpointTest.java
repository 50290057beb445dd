package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.FunctionVersion;
import thaw.model.SandboxCredentials;

/** Connections of functions to the data endpoint, over the real agent. */
class DataEndpointTest {
  private static final FunctionVersion FUNCTION = TestWorker.function(Duration.ofSeconds(30));

  /** Sends its access key and answers what comes back; opens as many connections as it is told. */
  private static final String CALLING =
      """
      import os, socket
      kept = []
      def connect():
          return socket.create_connection(("127.0.0.1", int(os.environ["DATA_PORT"])))
      def handler(event, context):
          if event.get("keep"):
              for i in range(event["keep"]):
                  kept.append(connect())
              alive = 0
              for s in kept:
                  try:
                      s.sendall(b"x")
                      alive += s.recv(1) == b"!"
                  except OSError:
                      pass
              return alive
          with connect() as s:
              answer = b""
              try:
                  s.sendall((os.environ["AWS_ACCESS_KEY_ID"] + "\\n").encode() + b"x" * event.get("more", 0))
                  s.shutdown(socket.SHUT_WR)
                  while True:
                      piece = s.recv(65536)
                      if not piece: break
                      answer += piece
              except OSError:
                  return "broken"
          return answer.decode()
      """;

  @TempDir Path directory;
  private ServerSocket server;
  private TestWorker test;
  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    test = new TestWorker(directory, settings -> settings).code(CALLING);
  }

  @AfterEach
  void stop() throws IOException {
    test.close();
    server.close();
  }

  private void accept() {
    try {
      while (true) {
        accepted.add(server.accept());
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private Socket next() throws InterruptedException {
    Socket socket = accepted.poll(20, TimeUnit.SECONDS);
    assertThat(socket).as("a connection").isNotNull();
    return socket;
  }

  private SandboxCredentials caller(Socket socket) {
    return test.worker.dataEndpoint().callerOf(socket.getPort()).orElseThrow();
  }

  @Test
  void aConnectionArrivesAndItIsKnownWhose() throws Exception {
    test.worker.dataEndpoint().forwardTo(server.getLocalPort());
    Thread serving =
        Thread.ofVirtual()
            .start(() -> {
              try (Socket socket = next()) {
                String id = caller(socket).accessKeyId();
                byte[] sent = socket.getInputStream().readAllBytes();
                String key = new String(sent, 0, id.length(), StandardCharsets.UTF_8);
                String answer = key.equals(id) + " " + sent.length + " ";
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                socket
                    .getOutputStream()
                    .write("y".repeat(3_000_000).getBytes(StandardCharsets.UTF_8));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    String answer = TestWorker.text(test.invoke(FUNCTION, "{\"more\": 1000000}").payload());

    serving.join();
    assertThat(answer).startsWith("\"true 1000021 yyy").hasSize(3_000_000 + 15);
    Awaitility.await().until(() -> test.worker.status().dataConnections() == 0);
  }

  @Test
  void withoutAnApiConnectionsAreReset() throws InterruptedException {
    assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload())).isEqualTo("\"broken\"");
    assertThat(test.worker.status().dataConnections()).isZero();
  }

  @Test
  void connectionsAreBoundedAndEndWithTheirSandbox() throws Exception {
    test.worker.dataEndpoint().forwardTo(server.getLocalPort());
    Thread serving = Thread.ofVirtual().start(this::answerAll);

    String alive = TestWorker.text(test.invoke(FUNCTION, "{\"keep\": 20}").payload());

    assertThat(alive).isEqualTo("8"); // as the test's settings bound them
    assertThat(test.worker.status().dataConnections()).isEqualTo(8);
    test.worker.retire("000000000000", "f", "$LATEST", "");
    Awaitility.await().until(() -> test.worker.status().dataConnections() == 0);
    serving.interrupt();
  }

  private void answerAll() {
    try {
      while (true) {
        Socket socket = accepted.take();
        Thread.ofVirtual().start(() -> answer(socket));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(Socket socket) {
    try {
      if (socket.getInputStream().read() == 'x') {
        socket.getOutputStream().write('!');
      }
    } catch (IOException e) {
      // The sandbox is gone.
    }
  }
}
