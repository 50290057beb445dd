package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host relies on when it captures a guest and another takes over: frame by frame. */
class TakeoverTest {
  private static final byte[] FIRST = "first-connection".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SECOND = "other-connection".getBytes(StandardCharsets.US_ASCII);

  private TestAgent agent;
  private SocketChannel port;

  @BeforeEach
  void connect() throws IOException {
    agent = TestAgent.start();
    port = agent.channel();
    send(Frame.connect(FIRST));
    assertThat(read(FrameType.HELLO).payload()).startsWith(FIRST);
  }

  @AfterEach
  void agentIsHealthy() throws Exception {
    try (TestAgent ending = agent) {
      port.shutdownOutput();
      assertThat(ending.exitCode()).isZero();
      assertThat(ending.log()).isEmpty();
    }
  }

  @Test
  void theAgentGreetsEveryHostWithItsOwnNonce() throws IOException {
    send(Frame.connect(SECOND));
    assertThat(read(FrameType.HELLO).payload()).startsWith(SECOND);
    send(Frame.connect(FIRST));
    assertThat(read(FrameType.HELLO).payload()).startsWith(FIRST);
  }

  @Test
  void anOpenConnectionIsCarriedOverWithFreshCredit() throws IOException {
    try (Socket guest = guestConnects()) {
      assertThat(read(FrameType.OPEN).flags()).isZero();
      guest.getOutputStream().write(new byte[300_000]); // more than the first host's window
      int received = 0;
      while (received < 256 * 1024) {
        received += read(FrameType.DATA).payload().length;
      }
      send(Frame.connect(SECOND));
      assertThat(read(FrameType.HELLO).payload()).startsWith(SECOND);
      Frame open = read(FrameType.OPEN);
      assertThat(open.flags()).isEqualTo(Protocol.FLAG_CARRIED);
      while (received < 300_000) {
        received += read(FrameType.DATA).payload().length;
      }
      assertThat(received).isEqualTo(300_000);
      send(Frame.data(open.stream(), 5));
      assertThat(guest.getInputStream().readNBytes(5)).hasSize(5);
    }
  }

  @Test
  void aHalfClosedConnectionIsResetAndItsSlotFree() throws IOException {
    try (Socket half = guestConnects()) {
      int stream = read(FrameType.OPEN).stream();
      half.shutdownOutput();
      read(FrameType.EOF);
      send(Frame.connect(SECOND));
      read(FrameType.HELLO);
      assertThatThrownBy(() -> half.getInputStream().read()).hasMessageContaining("reset");
      try (Socket next = guestConnects()) {
        Frame open = read(FrameType.OPEN);
        assertThat(open.stream()).isEqualTo(stream);
        assertThat(open.flags()).isZero();
        assertThat(next.isConnected()).isTrue();
      }
    }
  }

  @Test
  void aRunningRuntimeIsCarriedOverWithItsOutputAndItsExit() throws IOException {
    start("while :; do read x; sleep 0.01; done; ");
    read(FrameType.OPEN);
    read(FrameType.OPEN);
    assertThat(errnoOf(read(FrameType.REPLY))).isZero();
    send(Frame.connect(SECOND));
    read(FrameType.HELLO);
    assertThat(read(FrameType.OPEN)).matches(f -> f.payload()[0] == 2 && f.flags() == 1);
    assertThat(read(FrameType.OPEN)).matches(f -> f.payload()[0] == 3 && f.flags() == 1);
    start("true");
    assertThat(errnoOf(read(FrameType.REPLY))).isEqualTo(16); // EBUSY
    send(Frame.request(3, Operation.KILL, new byte[0]));
    assertThat(errnoOf(read(FrameType.REPLY))).isZero();
    read(FrameType.CLOSE);
    read(FrameType.CLOSE);
    assertThat(signalOf(read(FrameType.EVENT))).isEqualTo(9);
  }

  @Test
  void aPingIsAnsweredAfterTheOutputThatWasWrittenBefore(@TempDir Path directory) throws Exception {
    Path go = directory.resolve("go");
    Path done = directory.resolve("done");
    start(
        "while [ ! -e %s ]; do sleep 0.01; done; printf %%060000d 0; >%s; exec sleep 1000"
            .formatted(go, done));
    read(FrameType.OPEN);
    read(FrameType.OPEN);
    read(FrameType.REPLY);
    agent.signal("STOP");
    send(Frame.request(2, Operation.PING, new byte[0])); // waits before the output does
    Files.createFile(go);
    Awaitility.await().until(() -> Files.exists(done));
    agent.signal("CONT");
    assertThat(read(FrameType.DATA).payload()).hasSize(60_000);
    read(FrameType.REPLY);
  }

  @Test
  void aFreezeIsAnsweredAfterWhatWasWrittenBefore() throws IOException {
    start("exec sleep 1000");
    read(FrameType.OPEN);
    read(FrameType.OPEN);
    read(FrameType.REPLY);
    for (int i = 0; i < 20; i++) {
      try (Socket guest = guestConnects()) {
        int stream = read(FrameType.OPEN).stream();
        guest.getOutputStream().write(new byte[100_000]);
        send(Frame.request(2, Operation.FREEZE, new byte[0]));
        int received = 0;
        for (Frame frame = Frame.read(port); !frame.is(FrameType.REPLY); frame = Frame.read(port)) {
          received += frame.payload().length;
        }
        assertThat(received).isEqualTo(100_000);
        send(Frame.request(3, Operation.THAW, new byte[0]));
        read(FrameType.REPLY);
        send(Frame.of(FrameType.CLOSE, stream));
        read(FrameType.CLOSE);
      }
    }
    send(Frame.request(4, Operation.KILL, new byte[0]));
    read(FrameType.REPLY);
  }

  private void start(String script) throws IOException {
    RuntimeProcess process =
        new RuntimeProcess(List.of("/bin/sh", "-c", script), Map.of(), "/", 1 << 20, 10);
    ByteBuffer arguments = Arguments.process(process);
    byte[] bytes = new byte[arguments.remaining()];
    arguments.get(bytes);
    send(Frame.request(1, Operation.START, bytes));
  }

  private static int errnoOf(Frame reply) {
    return little(reply).getInt(4);
  }

  private static int signalOf(Frame event) {
    return little(event).getInt(8);
  }

  private static ByteBuffer little(Frame frame) {
    return ByteBuffer.wrap(frame.payload()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Socket guestConnects() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), agent.port());
  }

  private Frame read(FrameType expected) throws IOException {
    Frame frame = Frame.read(port);
    assertThat(frame).matches(f -> f.is(expected), "is " + expected);
    return frame;
  }

  private void send(Frame frame) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(frame.bytes());
    while (buffer.hasRemaining()) {
      port.write(buffer);
    }
  }
}
