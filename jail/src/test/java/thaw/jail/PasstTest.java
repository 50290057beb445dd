package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A guest that makes up its packets: the test itself is at the NIC's end of the link. */
class PasstTest {
  private static final int TCP_FLAGS_AT = 14 + 20 + 13;
  private static final int SYN_ACK = 0x12;

  @Test
  void madeUpPacketsReachTheWorldButNeverTheHost() throws Exception {
    SocketChannel[] link = SocketPair.open();
    try (Fixture fixture = Fixture.create();
        TestNetwork network = TestNetwork.open(fixture.directory());
        ServerSocketChannel control = ServerSocketChannel.open().bind(new InetSocketAddress(0));
        Passt passt =
            Passt.start(fixture.dial(), fixture.directory().resolve("p"), fixture.uids().take());
        NetworkRelay relay =
            NetworkRelay.start(
                "test", link[1], passt.frames(), new FrameFilter(new NetworkPolicy(List.of())));
        SocketChannel guest = link[0]) {
      assertThat(network).isNotNull();
      assertThat(relay).isNotNull();
      int port = ((InetSocketAddress) control.getLocalAddress()).getPort();
      send(guest, Frames.arp());
      for (String own :
          List.of(
              "127.0.0.1", "127.1.2.3", "0.0.0.0", NetworkPolicy.GATEWAY, TestNetwork.HOST_SIDE)) {
        send(guest, Frames.syn(own, port));
      }
      // The link keeps its order: by the time this is answered, the others were decided on.
      send(guest, Frames.syn(TestNetwork.SERVER, TestNetwork.PORT));

      ByteBuffer answer = awaitTcp(guest);
      assertThat(answer.getInt(14 + 12)).isEqualTo(Ipv4Networks.parse(TestNetwork.SERVER));
      assertThat((int) answer.get(TCP_FLAGS_AT)).isEqualTo(SYN_ACK);
      control.configureBlocking(false);
      assertThat(control.accept()).isNull();
    }
  }

  @Test
  void passtEndsWithItsConnection() throws Exception {
    try (Fixture fixture = Fixture.create()) {
      Passt passt =
          Passt.start(fixture.dial(), fixture.directory().resolve("p"), fixture.uids().take());
      // It connects before it takes its own user id.
      await().untilAsserted(() -> assertThat(fixture.hostState().processes()).hasSize(1));

      passt.frames().close();

      assertThat(passt.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(fixture.hostState().processes()).isEmpty();
    }
  }

  private static void send(SocketChannel link, ByteBuffer frame) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + frame.limit()).putInt(frame.limit()).put(frame).flip();
    while (bytes.hasRemaining()) {
      link.write(bytes);
    }
  }

  /** The first TCP packet that comes; whatever else comes is skipped. */
  private static ByteBuffer awaitTcp(SocketChannel link) throws Exception {
    CompletableFuture<ByteBuffer> found = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            ByteBuffer frame = receive(link);
            while (frame.getShort(12) != 0x0800 || frame.get(14 + 9) != 6) {
              frame = receive(link);
            }
            found.complete(frame);
          } catch (IOException e) {
            found.completeExceptionally(e);
          }
        });
    return found.get(20, TimeUnit.SECONDS);
  }

  private static ByteBuffer receive(SocketChannel link) throws IOException {
    int length = readFully(link, ByteBuffer.allocate(4)).getInt();
    return readFully(link, ByteBuffer.allocate(length));
  }

  private static ByteBuffer readFully(SocketChannel link, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (link.read(into) < 0) {
        throw new IOException("the link ended");
      }
    }
    return into.flip();
  }
}
