package thaw.jail;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Two connected Unix sockets. */
public final class SocketPair {
  private SocketPair() {}

  /** Makes a pair, which the caller closes. */
  public static SocketChannel[] open() throws IOException {
    Path directory = Files.createTempDirectory("pair");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      return new SocketChannel[] {SocketChannel.open(address), listener.accept()};
    } finally {
      Trees.delete(directory);
    }
  }
}
