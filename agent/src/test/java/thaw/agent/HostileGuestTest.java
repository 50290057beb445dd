package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import thaw.model.Fuzz;

/** Guests that break the protocol: the connection ends and says why. */
class HostileGuestTest {
  private static final int CONNECTION = 1;
  private static final int WINDOW = 256 * 1024;

  static Stream<Arguments> violations() {
    return Stream.of(
        arguments("frame of type 0", List.of(new Frame(0, 0, 0, 0, new byte[0]))),
        arguments("frame of type 200", List.of(new Frame(200, 0, 0, 0, new byte[0]))),
        arguments("DATA with 65537 bytes", List.of(new Frame(7, 0, 1, 65_537, new byte[0]))),
        arguments("EVENT with 4294967295 bytes", List.of(new Frame(5, 0, 0, -1, new byte[0]))),
        arguments("REQUEST from the guest", List.of(Frame.request(1, Operation.KILL, new byte[0]))),
        arguments("CONNECT from the guest", List.of(Frame.connect(new byte[16]))),
        arguments("HELLO from the guest", List.of(Frame.hello(new byte[16]))),
        arguments("REPLY to 77, which nobody asked", List.of(Frame.reply(77, 0, ""))),
        arguments("REPLY with 3 bytes", List.of(Frame.of(FrameType.REPLY, 0, 0, new byte[3]))),
        arguments("EVENT with 3 bytes", List.of(Frame.of(FrameType.EVENT, 0, 0, new byte[3]))),
        arguments("EVENT of kind 0", List.of(Frame.of(FrameType.EVENT, 0, 0, new byte[16]))),
        arguments(
            "the exit of a runtime that was not started",
            List.of(
                Frame.of(FrameType.EVENT, 0, 0, exitedPayload()),
                Frame.of(FrameType.EVENT, 0, 0, exitedPayload()))),
        arguments("EVENT on stream 1", List.of(Frame.of(FrameType.EVENT, 0, 1, new byte[16]))),
        arguments("EVENT with flags 1", List.of(Frame.of(FrameType.EVENT, 1, 0, new byte[16]))),
        arguments("OPEN on stream 0", List.of(Frame.open(0, CONNECTION))),
        arguments("OPEN on stream 65", List.of(Frame.open(65, CONNECTION))),
        arguments("OPEN of kind 5", List.of(Frame.open(1, 5))),
        arguments("OPEN with 2 bytes", List.of(Frame.of(FrameType.OPEN, 0, 1, new byte[2]))),
        arguments(
            "OPEN of stream 3, which is open",
            List.of(Frame.open(3, CONNECTION), Frame.open(3, CONNECTION))),
        arguments("DATA on stream 2, which is not open", List.of(Frame.data(2, 1))),
        arguments("DATA without data", List.of(Frame.open(1, CONNECTION), Frame.data(1, 0))),
        arguments(
            "DATA beyond the credit of its stream",
            List.of(
                Frame.open(1, CONNECTION),
                Frame.data(1, 65_536),
                Frame.data(1, 65_536),
                Frame.data(1, 65_536),
                Frame.data(1, 65_536),
                Frame.data(1, 1))),
        arguments(
            "DATA after the end of its stream",
            List.of(Frame.open(1, CONNECTION), Frame.of(FrameType.EOF, 1), Frame.data(1, 1))),
        arguments(
            "EOF after the end of its stream",
            List.of(
                Frame.open(1, CONNECTION), Frame.of(FrameType.EOF, 1), Frame.of(FrameType.EOF, 1))),
        arguments(
            "a second CLOSE of stream 1",
            List.of(
                Frame.open(1, CONNECTION),
                Frame.of(FrameType.CLOSE, 1),
                Frame.of(FrameType.CLOSE, 1))),
        arguments(
            "WINDOW of 1 bytes with 262144 of 262144 in hand",
            List.of(Frame.open(1, CONNECTION), Frame.window(1, 1))),
        arguments(
            "WINDOW of 4294967295 bytes", List.of(Frame.open(1, CONNECTION), Frame.window(1, -1))),
        arguments("WINDOW of 1 bytes with 0 of 0", List.of(Frame.open(1, 2), Frame.window(1, 1))));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void aViolationEndsTheConnectionWithItsName(String name, List<Frame> frames) throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      for (Frame frame : frames) {
        guest.send(frame);
      }
      assertThat(guest.listener().closeReason())
          .startsWith("the guest broke the agent protocol: ")
          .contains(name);
    }
  }

  @Test
  void staleBytesBeforeTheGreetingAreSkipped() throws Exception {
    try (FakeGuest guest = FakeGuest.silent()) {
      byte[] stale = new byte[100_000];
      new Random(9).nextBytes(stale);
      guest.send(stale);
      guest.send(Frame.hello(new byte[16])); // an earlier connection's
      guest.send(Frame.data(1, 50_000));
      guest.send(Frame.hello(guest.nonce()));
      assertThat(guest.connection().awaitHello(Duration.ofSeconds(20)))
          .isEqualTo(new AgentHello(Protocol.VERSION, "fake"));
      guest.send(Frame.open(1, CONNECTION));
      guest.listener().connection().close();
      assertThat(guest.read().is(FrameType.CLOSE)).isTrue();
    }
  }

  @Test
  void endlessStaleBytesEndTheConnection() throws Exception {
    try (FakeGuest guest = FakeGuest.silent()) {
      byte[] stale = new byte[1 << 20];
      assertThat(catchThrowable(() -> sendRepeatedly(guest, stale, 16))).isNotNull();
      assertThat(guest.listener().closeReason()).contains("no greeting within 8388608 bytes");
      assertThatThrownBy(() -> guest.connection().awaitHello(Duration.ofSeconds(20)))
          .hasMessageContaining("did not greet");
    }
  }

  @Test
  void anotherVersionIsRefusedWithTheRemedy() throws Exception {
    try (FakeGuest guest = FakeGuest.silent()) {
      byte[] hello = Frame.hello(guest.nonce()).bytes();
      hello[8 + 16] = Protocol.VERSION + 1;
      guest.send(hello);
      assertThat(guest.listener().closeReason())
          .contains("version " + (Protocol.VERSION + 1), "rebuild the guest image");
    }
  }

  @Test
  void aGuestThatHangsUpEndsTheConnection() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      guest.hangUp();
      assertThat(guest.listener().closeReason()).contains("serial port is closed");
    }
  }

  @Test
  void anAgentThatGivesUpIsQuotedWithoutControlCharacters() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      guest.send(Frame.of(FrameType.FAULT, 0, 0, new byte[] {'o', 'h', 27, '\n', 'x'}));
      assertThat(guest.listener().closeReason()).isEqualTo("the agent gave up: oh??x");
    }
  }

  @Test
  void anAgentThatDoesNotAnswerEndsTheConnection() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting(300)) {
      assertThatThrownBy(() -> guest.connection().freeze())
          .hasMessage("the agent did not answer FREEZE in 300 ms");
      assertThat(guest.listener().closeReason()).contains("did not answer FREEZE");
    }
  }

  @Test
  void aRefusedCallLeavesTheConnectionUsable() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      CompletableFuture<Throwable> call =
          CompletableFuture.supplyAsync(() -> catchThrowable(() -> guest.connection().freeze()));
      Frame request = guest.read();
      guest.send(Frame.reply(ByteBuffer.wrap(request.payload()).getInt() >>> 24, 5, "no\u0007"));
      assertThat(call.get())
          .isInstanceOfSatisfying(AgentCallException.class, e -> assertThat(e.errno()).isEqualTo(5))
          .hasMessage("the guest's agent failed at FREEZE: no? (errno 5)");
      assertThat(guest.listener().isClosed()).isFalse();
    }
  }

  @Test
  void aStreamClosedByTheHostStaysInItsSlotUntilTheGuestClosesItToo() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      guest.send(Frame.open(1, CONNECTION));
      guest.listener().connection().close();
      guest.send(Frame.data(1, WINDOW / 4)); // was on its way
      guest.send(Frame.of(FrameType.CLOSE, 1));
      guest.send(Frame.open(1, CONNECTION));
      AgentStream next = guest.listener().connection();
      guest.send(Frame.data(1, 3));
      assertThat(Streams.read(next, 3)).hasSize(3);
    }
  }

  /**
   * Mostly valid conversations, of 200 frames, with mistakes in them: closed() is always called,
   * with a reason that the protocol knows.
   */
  @Tag("fuzz")
  @Test
  void mutatedFramesEndTheConnectionWithAReason() throws Exception {
    Fuzz.run(300, HostileGuestTest::mutatedFrames);
  }

  private static void mutatedFrames(Random random) throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      Throwable sending = catchThrowable(() -> converse(guest, random));
      guest.hangUp();
      assertThat(guest.listener().closeReason())
          .containsAnyOf(
              "the guest broke the agent protocol: ", "the agent gave up: ", " is closed");
      if (sending != null) { // the host had closed already
        assertThat(sending).isInstanceOf(IOException.class);
      }
    }
  }

  private static void converse(FakeGuest guest, Random random) throws IOException {
    boolean[] open = new boolean[5];
    for (int i = 0; i < 200; i++) {
      int stream = 1 + random.nextInt(4);
      Frame frame;
      if (random.nextInt(100) == 0) {
        frame = anything(stream, random);
      } else if (open[stream]) {
        frame = Frame.data(stream, 1 + random.nextInt(4_000));
      } else {
        frame = Frame.open(stream, 1 + random.nextInt(4));
        open[stream] = true;
      }
      // Mostly right, so that the conversation gets somewhere.
      guest.send(random.nextInt(100) == 0 ? frame.mutated(random) : frame.bytes());
    }
  }

  private static Frame anything(int stream, Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Frame.open(stream, random.nextInt(6));
      case 1 -> Frame.window(stream, random.nextInt(WINDOW));
      case 2 -> Frame.of(FrameType.EOF, stream);
      case 3 -> Frame.of(FrameType.CLOSE, random.nextInt(2), stream, new byte[0]);
      case 4 -> Frame.of(FrameType.EVENT, 0, 0, eventPayload(random));
      default -> Frame.reply(random.nextInt(3), random.nextInt(3), "text");
    };
  }

  private static byte[] exitedPayload() {
    byte[] payload = new byte[16];
    payload[0] = Protocol.EVENT_EXITED;
    return payload;
  }

  private static byte[] eventPayload(Random random) {
    byte[] payload = new byte[16];
    random.nextBytes(payload);
    payload[0] = 1;
    payload[1] = payload[2] = payload[3] = 0;
    return payload;
  }

  private static void sendRepeatedly(FakeGuest guest, byte[] bytes, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      guest.send(bytes);
    }
  }
}
