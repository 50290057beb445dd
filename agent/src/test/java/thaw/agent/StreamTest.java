package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TCP connections in the guest carried to the host, on the real agent. */
class StreamTest {
  private final RecordingListener listener = new RecordingListener();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private TestAgent agent;
  private AgentConnection connection;

  @BeforeEach
  void connect() throws IOException {
    agent = TestAgent.start();
    connection = AgentConnection.open(agent.channel(), listener);
    connection.awaitHello(Duration.ofSeconds(20));
  }

  @AfterEach
  void agentIsHealthy() throws Exception {
    try (TestAgent ending = agent) {
      connection.close();
      assertThat(ending.exitCode()).isZero();
      assertThat(ending.log()).isEmpty();
    }
    threads.shutdownNow();
  }

  @Test
  void carriesBytesBothWays() throws Exception {
    try (Socket guest = guestConnects();
        AgentStream host = listener.connection()) {
      assertThat(host.kind()).isEqualTo(AgentStream.Kind.CONNECTION);
      assertThat(host.carried()).isFalse();
      guest.getOutputStream().write(ascii("GET /next"));
      assertThat(Streams.read(host, 9)).isEqualTo(ascii("GET /next"));
      host.write(ByteBuffer.wrap(ascii("HTTP/1.1 ")), ByteBuffer.wrap(ascii("200 OK")));
      assertThat(guest.getInputStream().readNBytes(15)).isEqualTo(ascii("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void connectionsToTheDataEndpointAreOfAKindOfTheirOwn() throws Exception {
    try (Socket api = guestConnects();
        AgentStream apiHost = listener.connection();
        Socket data = new Socket(InetAddress.getLoopbackAddress(), agent.dataPort());
        AgentStream dataHost = listener.service()) {
      assertThat(apiHost.kind()).isEqualTo(AgentStream.Kind.CONNECTION);
      assertThat(dataHost.kind()).isEqualTo(AgentStream.Kind.SERVICE);
      byte[] up = random(3, 1_000_000);
      byte[] down = random(4, 1_000_000);
      Future<?> guestWrites = threads.submit(() -> writeAndShut(data, up));
      Future<byte[]> guestReads = threads.submit(() -> data.getInputStream().readAllBytes());
      Future<byte[]> hostReads = threads.submit(() -> Streams.readAll(dataHost));
      dataHost.write(ByteBuffer.wrap(down));
      dataHost.shutdownOutput();
      assertThat(hostReads.get(30, TimeUnit.SECONDS)).isEqualTo(up);
      assertThat(guestReads.get(30, TimeUnit.SECONDS)).isEqualTo(down);
      guestWrites.get();
      api.getOutputStream().write(ascii("still there"));
      assertThat(Streams.read(apiHost, 11)).isEqualTo(ascii("still there"));
    }
  }

  @Test
  void carriesMegabytesBothWaysAtOnce() throws Exception {
    byte[] up = random(1, 6_000_000);
    byte[] down = random(2, 6_000_000);
    try (Socket guest = guestConnects();
        AgentStream host = listener.connection()) {
      Future<?> guestWrites = threads.submit(() -> writeAndShut(guest, up));
      Future<byte[]> guestReads = threads.submit(() -> guest.getInputStream().readAllBytes());
      Future<byte[]> hostReads = threads.submit(() -> Streams.readAll(host));
      host.write(ByteBuffer.wrap(down, 0, 70_000), ByteBuffer.wrap(down, 70_000, 5_930_000));
      host.shutdownOutput();
      assertThat(hostReads.get(30, TimeUnit.SECONDS)).isEqualTo(up);
      assertThat(guestReads.get(30, TimeUnit.SECONDS)).isEqualTo(down);
      guestWrites.get();
    }
  }

  @Test
  void aHalfClosedConnectionStillCarriesTheOtherHalf() throws Exception {
    try (Socket guest = guestConnects();
        AgentStream host = listener.connection()) {
      guest.shutdownOutput();
      assertThat(host.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      host.write(ByteBuffer.wrap(ascii("late answer")));
      assertThat(guest.getInputStream().readNBytes(11)).isEqualTo(ascii("late answer"));
      host.shutdownOutput();
      assertThat(guest.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void closingDeliversWhatWasWrittenBefore() throws Exception {
    byte[] answer = random(3, 200_000); // more than socket buffers hold at once
    try (Socket guest = guestConnects()) {
      AgentStream host = listener.connection();
      host.write(ByteBuffer.wrap(answer));
      host.close();
      assertThat(guest.getInputStream().readAllBytes()).isEqualTo(answer);
      assertThatThrownBy(() -> host.write(ByteBuffer.wrap(answer))).hasMessageContaining("closed");
      assertThatThrownBy(() -> host.read(ByteBuffer.allocate(1))).hasMessageContaining("closed");
    }
  }

  @Test
  void abortingResetsTheConnectionInTheGuest() throws Exception {
    try (Socket guest = guestConnects()) {
      listener.connection().abort();
      assertThatThrownBy(() -> guest.getInputStream().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void aConnectionThatTheGuestResetsFailsOnTheHost() throws Exception {
    Socket guest = guestConnects();
    try (AgentStream host = listener.connection()) {
      guest.setSoLinger(true, 0);
      guest.close();
      assertThatThrownBy(() -> host.read(ByteBuffer.allocate(1)))
          .hasMessageContaining("broke the stream off");
      // That the guest reads no more is a frame of its own, which follows.
      await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> host.write(ByteBuffer.allocate(1)))
                  .hasMessageContaining("closed the stream"));
    }
    connection.ping();
  }

  @Test
  void aWriterWaitsForAGuestThatDoesNotRead() throws Exception {
    try (Socket guest = guestConnects();
        AgentStream host = listener.connection()) {
      byte[] much = random(4, 20_000_000);
      Future<?> writer = threads.submit(() -> writeAndShut(host, much));
      for (int i = 0; i < 50; i++) {
        connection.ping(); // calls are not stuck behind the data
      }
      assertThat(writer.isDone()).isFalse();
      assertThat(guest.getInputStream().readAllBytes()).isEqualTo(much);
      writer.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aGuestThatWritesWaitsForAHostThatDoesNotRead() throws Exception {
    try (Socket guest = guestConnects();
        AgentStream slow = listener.connection();
        Socket other = guestConnects();
        AgentStream fast = listener.connection()) {
      byte[] much = random(5, 20_000_000);
      Future<?> writer = threads.submit(() -> writeAndShut(guest, much));
      Future<?> otherWriter = threads.submit(() -> writeAndShut(other, much));
      assertThat(Streams.readAll(fast)).isEqualTo(much);
      otherWriter.get();
      assertThat(writer.isDone()).isFalse();
      assertThat(Streams.readAll(slow)).isEqualTo(much);
      writer.get();
    }
  }

  @Test
  void closingAStreamFreesAWriterThatWaits() throws Exception {
    try (Socket guest = guestConnects()) {
      AgentStream host = listener.connection();
      Future<Throwable> failure =
          threads.submit(() -> catchThrowable(() -> host.write(ByteBuffer.allocate(20_000_000))));
      connection.ping();
      host.abort();
      assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("closed by the host");
      assertThat(guest.isConnected()).isTrue();
    }
  }

  @Test
  void carriesManyConnectionsAtOnce() throws Exception {
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] content = random(100 + i, 300_000);
      clients.add(
          threads.submit(() -> {
            try (Socket guest = guestConnects()) {
              Future<?> writer = threads.submit(() -> writeAndShut(guest, content));
              assertThat(guest.getInputStream().readAllBytes()).isEqualTo(content);
              return writer.get();
            }
          }));
      AgentStream host = listener.connection();
      clients.add(threads.submit(() -> echo(host)));
    }
    for (Future<?> client : clients) {
      client.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void connectionsBeyondTheTableWaitUntilASlotIsFree() throws Exception {
    List<Socket> guests = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      guests.add(guestConnects());
    }
    List<AgentStream> hosts = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      hosts.add(listener.connection());
    }
    connection.ping();
    for (int i = 0; i < 6; i++) {
      hosts.get(i).close();
      hosts.add(listener.connection());
    }
    for (AgentStream host : hosts) {
      host.close();
    }
    for (Socket guest : guests) {
      assertThat(guest.getInputStream().read()).isEqualTo(-1);
      guest.close();
    }
  }

  @Test
  void slotsAreUsedOverAndOver() throws Exception {
    for (int i = 0; i < 500; i++) {
      try (Socket guest = guestConnects();
          AgentStream host = listener.connection()) {
        guest.getOutputStream().write(i);
        assertThat(Streams.read(host, 1)[0]).isEqualTo((byte) i);
      }
    }
  }

  @Test
  void connectionsOfADeadRuntimeAreClosedBeforeItsExitIsReported() throws Exception {
    connection.startRuntime(
        new RuntimeProcess(
            List.of("/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$P; echo last >&3; exit 4"),
            Map.of("P", String.valueOf(agent.port())),
            "/",
            1 << 20,
            10));
    AgentStream host = listener.connection();
    assertThat(listener.exit().code()).isEqualTo(4);
    assertThat(Streams.readText(host)).isEqualTo("last\n");
    host.close();
  }

  @Test
  void endingTheConnectionFailsWhoeverWaits() throws Exception {
    try (Socket guest = guestConnects()) {
      AgentStream host = listener.connection();
      Future<Throwable> failure =
          threads.submit(() -> catchThrowable(() -> host.read(ByteBuffer.allocate(1))));
      connection.close();
      assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("closed by the host");
      assertThat(listener.closeReason()).isEqualTo("closed by the host");
      assertThatThrownBy(connection::ping).isInstanceOf(IOException.class);
      assertThat(guest.isConnected()).isTrue();
    }
    Awaitility.await().until(() -> !agent.alive());
  }

  private Socket guestConnects() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), agent.port());
  }

  private static Void echo(AgentStream host) throws IOException {
    try (host) {
      ByteBuffer buffer = ByteBuffer.allocate(40_000);
      while (host.read(buffer) >= 0) {
        host.write(buffer.flip());
        buffer.clear();
      }
    }
    return null;
  }

  private static Void writeAndShut(Socket guest, byte[] bytes) throws IOException {
    guest.getOutputStream().write(bytes);
    guest.shutdownOutput();
    return null;
  }

  private static Void writeAndShut(AgentStream host, byte[] bytes) throws IOException {
    host.write(ByteBuffer.wrap(bytes));
    host.shutdownOutput();
    return null;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] random(long seed, int bytes) {
    byte[] random = new byte[bytes];
    new Random(seed).nextBytes(random);
    return random;
  }
}
