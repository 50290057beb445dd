package thaw.microvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Both ends of a QMP connection; the test plays QEMU on one. */
record FakeQemu(SocketChannel client, SocketChannel qemu, BufferedReader commands)
    implements AutoCloseable {
  static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}";

  static FakeQemu create() throws IOException {
    SocketChannel[] pair = pair();
    BufferedReader commands =
        new BufferedReader(Channels.newReader(pair[1], StandardCharsets.UTF_8));
    return new FakeQemu(pair[0], pair[1], commands);
  }

  /** Two connected Unix sockets. */
  static SocketChannel[] pair() throws IOException {
    Path directory = Files.createTempDirectory("pair");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      return new SocketChannel[] {SocketChannel.open(address), listener.accept()};
    } finally {
      Trees.delete(directory);
    }
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
