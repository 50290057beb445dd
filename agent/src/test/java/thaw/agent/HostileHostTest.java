package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import thaw.model.Fuzz;

/**
 * Hosts that break the protocol: the agent says so and ends, and no sanitizer has a word to say.
 */
class HostileHostTest {
  private static final byte[] NONCE = new byte[16];
  private static final int WINDOW = 256 * 1024;

  static Stream<Arguments> violations() {
    Frame connect = Frame.connect(NONCE);
    return Stream.of(
        arguments("a frame before CONNECT", List.of(Frame.request(1, Operation.PING, NONCE))),
        arguments("a frame of more than 64 KiB", List.of(new Frame(1, 0, 0, 65_537, NONCE))),
        arguments("CONNECT of a wrong size", List.of(Frame.of(FrameType.CONNECT, 0, 0, NONCE))),
        arguments(
            "CONNECT with an impossible window",
            List.of(Frame.of(FrameType.CONNECT, 0, 0, new byte[24]))),
        arguments("of a type that a host", List.of(connect, Frame.hello(NONCE))),
        arguments("of a type that a host", List.of(connect, Frame.of(FrameType.EVENT, 0))),
        arguments("of a type that a host", List.of(connect, new Frame(0, 0, 0, 0, new byte[0]))),
        arguments("REQUEST of a wrong size", List.of(connect, requestOf(new byte[7]))),
        arguments("REQUEST of a wrong size", List.of(connect, requestOf(filled(8)))),
        arguments(
            "a stream or flags that its type has not",
            List.of(connect, Frame.of(FrameType.REQUEST, 1, 0, new byte[8]))),
        arguments("on a stream that is not open", List.of(connect, Frame.data(1, 1))),
        arguments("on an impossible stream", List.of(connect, Frame.data(65, 1))),
        arguments("on an impossible stream", List.of(connect, Frame.data(0, 1))),
        arguments("unknown flags", List.of(connect, Frame.of(FrameType.CLOSE, 2, 1, new byte[0]))));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void aViolationIsNamedAndEndsTheAgent(String name, List<Frame> frames) throws Exception {
    try (TestAgent agent = TestAgent.start()) {
      for (Frame frame : frames) {
        send(agent.channel(), frame.bytes());
      }
      assertThat(agent.exitCode()).isEqualTo(1);
      assertThat(agent.log()).startsWith("thaw agent: ").contains(name);
      if (frames.size() > 1) { // it knows to whom to say it
        assertThat(Frame.read(agent.channel()).is(FrameType.HELLO)).isTrue();
        Frame fault = Frame.read(agent.channel());
        assertThat(fault.is(FrameType.FAULT)).isTrue();
        assertThat(fault.text()).contains(name);
      }
    }
  }

  static Stream<Arguments> streamViolations() {
    Frame eof = Frame.of(FrameType.EOF, 1);
    Frame close = Frame.of(FrameType.CLOSE, 1);
    return Stream.of(
        arguments("DATA without data", List.of(Frame.data(1, 0))),
        arguments("DATA after EOF", List.of(eof, Frame.data(1, 1))),
        arguments("an EOF too many", List.of(eof, eof)),
        arguments("of a wrong size", List.of(Frame.of(FrameType.EOF, 0, 1, new byte[1]))),
        arguments("of a wrong size", List.of(Frame.of(FrameType.WINDOW, 0, 1, new byte[3]))),
        arguments("WINDOW beyond the window", List.of(Frame.window(1, 1))),
        arguments("WINDOW beyond the window", List.of(Frame.window(1, 0))),
        arguments("on a stream that is not open", List.of(close, close)));
  }

  @ParameterizedTest
  @MethodSource("streamViolations")
  void aViolationOnAStreamIsNamedAndEndsTheAgent(String name, List<Frame> frames) throws Exception {
    try (TestAgent agent = TestAgent.start();
        Socket guest = connectTo(agent)) {
      send(agent.channel(), Frame.connect(NONCE).bytes());
      assertThat(Frame.read(agent.channel()).is(FrameType.HELLO)).isTrue();
      assertThat(Frame.read(agent.channel()).is(FrameType.OPEN)).isTrue();
      for (Frame frame : frames) {
        send(agent.channel(), frame.bytes());
      }
      assertThat(agent.exitCode()).isEqualTo(1);
      assertThat(agent.log()).startsWith("thaw agent: ").contains(name);
      assertThat(guest.isConnected()).isTrue();
    }
  }

  /** Mostly valid conversations of 100 frames. */
  @Tag("fuzz")
  @Test
  void mutatedFramesNeverCrashTheAgent() throws Exception {
    Fuzz.run(200, HostileHostTest::mutatedFrames);
  }

  private static void mutatedFrames(Random random) throws Exception {
    try (TestAgent agent = TestAgent.start();
        Socket guest = connectTo(agent);
        Socket data = new Socket(InetAddress.getLoopbackAddress(), agent.dataPort())) {
      Thread drain = Thread.ofVirtual().start(() -> drain(agent.channel()));
      send(agent.channel(), Frame.connect(NONCE).bytes());
      Throwable sending = catchThrowable(() -> converse(agent, guest, data, random));
      if (sending != null) { // the agent had given up already
        assertThat(sending).isInstanceOf(IOException.class);
      }
      agent.channel().shutdownOutput();
      assertThat(agent.exitCode()).isIn(0, 1);
      assertThat(agent.log()).doesNotContain("Sanitizer", "runtime error");
      drain.join();
    }
  }

  private static void converse(TestAgent agent, Socket guest, Socket data, Random random)
      throws IOException {
    RuntimeProcess process =
        new RuntimeProcess(List.of("/bin/true", "a", "b"), Map.of("A", "b"), "/", 1 << 20, 10);
    byte[] start = new byte[thaw.agent.Arguments.process(process).remaining()];
    thaw.agent.Arguments.process(process).get(start);
    for (int i = 0; i < 100; i++) {
      int choice = random.nextInt(100);
      Frame frame;
      if (choice < 2) {
        frame = anything(1 + random.nextInt(4), random);
      } else if (choice < 10) {
        frame = Frame.request(i, Operation.START, start);
      } else if (choice < 20) {
        frame = Frame.request(i, anyOperation(random), new byte[random.nextInt(5_000)]);
      } else if (choice < 25) {
        frame = Frame.connect(NONCE); // its streams are carried over
      } else {
        frame =
            Frame.data(
                1 + random.nextInt(2),
                1 + random.nextInt(5_000)); // nobody reads it: it fills the ring
      }
      // Mostly right, so that the conversation gets somewhere.
      send(agent.channel(), random.nextInt(50) == 0 ? frame.mutated(random) : frame.bytes());
      (random.nextBoolean() ? guest : data)
          .getOutputStream()
          .write(new byte[1 + random.nextInt(1_000)]);
    }
  }

  private static Frame anything(int stream, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Frame.of(FrameType.EOF, stream);
      case 1 -> Frame.of(FrameType.CLOSE, random.nextInt(2), stream, new byte[0]);
      case 2 -> Frame.window(stream, random.nextInt(WINDOW));
      default -> Frame.data(stream, random.nextInt(60_000));
    };
  }

  private static Operation anyOperation(Random random) {
    Operation[] all = Operation.values();
    return all[random.nextInt(all.length - (random.nextInt(10) == 0 ? 0 : 1))]; // seldom POWER_OFF
  }

  private static Frame requestOf(byte[] payload) {
    return Frame.of(FrameType.REQUEST, 0, 0, payload);
  }

  private static byte[] filled(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(-1).array();
  }

  private static Socket connectTo(TestAgent agent) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), agent.port());
  }

  private static void drain(SocketChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    try {
      while (channel.read(buffer) >= 0) {
        buffer.clear();
      }
    } catch (IOException e) {
      // The agent has ended in the middle of a frame.
    }
  }

  private static void send(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
