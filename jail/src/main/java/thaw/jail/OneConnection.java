package thaw.jail;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;

/**
 * A Unix socket at which exactly one connection is awaited; the socket is gone once it came. QEMU
 * connects to us and never the other way round: so accepting is the signal that it is there, and a
 * program that broke out has no address that it could take over.
 */
public final class OneConnection implements AutoCloseable {
  /** Length of sockaddr_un.sun_path, of which the last byte is a zero. */
  private static final int PATH_BYTES_MAX = 107;

  private final Path path;
  private final ServerSocketChannel listener;
  private final CompletableFuture<SocketChannel> accepted = new CompletableFuture<>();

  private OneConnection(Path path, ServerSocketChannel listener) {
    this.path = path;
    this.listener = listener;
  }

  /**
   * Listens.
   *
   * @param uid the only user, besides root, that may connect
   */
  public static OneConnection listen(Path path, int uid) throws IOException {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > PATH_BYTES_MAX) {
      throw new IOException(
          "the socket path "
              + path
              + " has "
              + length
              + " bytes, more than the "
              + PATH_BYTES_MAX
              + " a Unix socket may have; choose a shorter run directory");
    }
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(path), 1);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      Files.setAttribute(path, "unix:uid", uid);
      OneConnection one = new OneConnection(path, listener);
      Thread.ofVirtual().name("accept " + path.getFileName()).start(one::accept);
      return one;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /** Completes with the connection, which the caller owns; fails when this is closed before. */
  public CompletableFuture<SocketChannel> accepted() {
    return accepted;
  }

  private void accept() {
    try {
      SocketChannel channel = listener.accept();
      if (!accepted.complete(channel)) {
        channel.close();
      }
    } catch (IOException e) {
      accepted.completeExceptionally(e);
    }
    close();
  }

  /** Stops listening; a connection that came stays open. */
  @Override
  public void close() {
    accepted.completeExceptionally(new IOException("nobody connected to " + path.getFileName()));
    try {
      listener.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The directory is deleted with its sandbox.
    }
  }
}
