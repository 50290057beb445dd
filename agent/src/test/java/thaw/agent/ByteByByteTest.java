package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A serial port promises nothing about how many bytes come at once. */
class ByteByByteTest {
  @Test
  void bothSidesPutFramesTogetherFromSingleBytes() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (TestAgent agent = TestAgent.start();
        AgentConnection connection =
            AgentConnection.open(new OneByteChannel(agent.channel()), listener)) {
      connection.awaitHello(Duration.ofSeconds(20));
      connection.startRuntime(
          new RuntimeProcess(
              List.of("/bin/sh", "-c", "echo $A; exit 6"), Map.of("A", "b"), "/", 1 << 20, 10));
      assertThat(Streams.readText(listener.output())).isEqualTo("b\n");
      assertThat(listener.exit().code()).isEqualTo(6);
      try (Socket guest = new Socket(InetAddress.getLoopbackAddress(), agent.port());
          AgentStream host = listener.connection()) {
        byte[] text = "0123456789".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        guest.getOutputStream().write(text);
        assertThat(Streams.read(host, text.length)).isEqualTo(text);
        host.write(ByteBuffer.wrap(text));
        assertThat(guest.getInputStream().readNBytes(text.length)).isEqualTo(text);
      }
    }
  }

  /** Reads and writes one byte at a time. */
  private record OneByteChannel(SocketChannel channel)
      implements ByteChannel, GatheringByteChannel {
    @Override
    public int read(ByteBuffer into) throws IOException {
      ByteBuffer one = into.slice(into.position(), 1);
      int count = channel.read(one);
      into.position(into.position() + Math.max(count, 0));
      return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int count = channel.write(from.slice(from.position(), 1));
      from.position(from.position() + count);
      return count;
    }

    @Override
    public long write(ByteBuffer[] from) throws IOException {
      return write(from, 0, from.length);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        if (from[i].hasRemaining()) {
          return write(from[i]);
        }
      }
      return 0;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
