package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetworkRelayTest {
  private final SocketChannel[] inside;
  private final SocketChannel[] outside;
  private final NetworkRelay relay;

  NetworkRelayTest() throws IOException {
    inside = SocketPair.open();
    outside = SocketPair.open();
    relay =
        NetworkRelay.start(
            "test", inside[1], outside[1], new FrameFilter(new NetworkPolicy(List.of())));
  }

  @AfterEach
  void close() throws IOException {
    relay.close();
    inside[0].close();
    outside[0].close();
  }

  @Test
  void allowedFramesPassInOrderHoweverTheyAreCut() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteBuffer sent = ByteBuffer.allocate(1 << 20);
    ByteBuffer expected = ByteBuffer.allocate(1 << 20);
    for (int i = 0; i < 500; i++) {
      boolean allowed = random.nextBoolean();
      ByteBuffer frame = Frames.syn(allowed ? "198.51.100.7" : "127.0.0.1", random.nextInt(65_536));
      sent.putInt(frame.limit()).put(frame.duplicate());
      if (allowed) {
        expected.putInt(frame.limit()).put(frame);
      }
    }
    sent.flip();
    expected.flip();
    while (sent.hasRemaining()) {
      int cut = Math.min(sent.remaining(), 1 + random.nextInt(300));
      inside[0].write(sent.slice(sent.position(), cut));
      sent.position(sent.position() + cut);
    }

    ByteBuffer got = ByteBuffer.allocate(expected.limit());
    while (got.hasRemaining() && outside[0].read(got) >= 0) {
      // Until all is there.
    }
    assertThat(got.flip()).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void whatComesInIsCarriedAsItIs() throws IOException {
    outside[0].write(ByteBuffer.wrap(new byte[] {1, 2, 3}));

    ByteBuffer got = ByteBuffer.allocate(3);
    while (got.hasRemaining() && inside[0].read(got) >= 0) {
      // Until all is there.
    }
    assertThat(got.array()).containsExactly(1, 2, 3);
  }

  @Test
  void aFrameOfImpossibleLengthEndsTheLink() throws IOException {
    inside[0].write(ByteBuffer.allocate(4).putInt(-1).flip());

    assertThat(outside[0].read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(inside[0].read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void oneEndThatClosesEndsTheOther() throws IOException {
    outside[0].close();

    assertThat(inside[0].read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }
}
