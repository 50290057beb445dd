package thaw.microvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import thaw.jail.SocketPair;

/** Both ends of a QMP connection; the test plays QEMU on one. */
record FakeQemu(SocketChannel client, SocketChannel qemu, BufferedReader commands)
    implements AutoCloseable {
  static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}";

  static FakeQemu create() throws IOException {
    SocketChannel[] pair = SocketPair.open();
    BufferedReader commands =
        new BufferedReader(Channels.newReader(pair[1], StandardCharsets.UTF_8));
    return new FakeQemu(pair[0], pair[1], commands);
  }

  void say(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      qemu.write(bytes);
    }
  }

  /** The next command, as it came. */
  String hear() throws IOException {
    return commands.readLine();
  }

  @Override
  public void close() throws IOException {
    qemu.close();
    client.close();
  }
}
