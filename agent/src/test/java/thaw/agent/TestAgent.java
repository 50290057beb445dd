package thaw.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real agent, run on this machine: compiled with sanitizers, its guest replaced by
 * src/test/c/test_guest.c, its serial port by a Unix socket.
 */
final class TestAgent implements AutoCloseable {
  private static final Path MAIN = Path.of("src/main/c").toAbsolutePath();
  private static final Path TEST = Path.of("src/test/c").toAbsolutePath();

  private final Path directory;
  private final Process process;
  private final int port;
  private final int dataPort;
  private final SocketChannel channel;

  private TestAgent(
      Path directory, Process process, int port, int dataPort, SocketChannel channel) {
    this.directory = directory;
    this.process = process;
    this.port = port;
    this.dataPort = dataPort;
    this.channel = channel;
  }

  static TestAgent start() throws IOException {
    Path directory = Files.createTempDirectory("agent-test");
    Path socket = directory.resolve("port");
    int port = freePort();
    int dataPort = freePort();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Process process =
          new ProcessBuilder(
                  Compiled.BINARY.toString(),
                  socket.toString(),
                  String.valueOf(port),
                  String.valueOf(dataPort))
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      return new TestAgent(directory, process, port, dataPort, server.accept());
    }
  }

  /** The host's end of the port. */
  SocketChannel channel() {
    return channel;
  }

  /** Where it accepts connections on the loopback, as 9001 in a guest. */
  int port() {
    return port;
  }

  /** The same for the data endpoint, as 9002 in a guest. */
  int dataPort() {
    return dataPort;
  }

  /** Waits for its end; the exit code is 1 after a violation, 0 when the port was closed. */
  int exitCode() throws IOException, InterruptedException {
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new IOException("the agent did not end");
    }
    return process.exitValue();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Stops or continues it, so that a test decides in which order it finds things. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("cannot send SIG" + name);
    }
  }

  /** What it printed: nothing, unless a sanitizer or the agent itself had something to say. */
  String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  @Override
  public void close() throws IOException {
    channel.close();
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (String name : List.of("log", "port")) {
      Files.deleteIfExists(directory.resolve(name));
    }
    Files.delete(directory);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Compiled once, the first time it is needed. */
  private static final class Compiled {
    static final Path BINARY = compile();

    private static Path compile() {
      Path binary = Path.of("target", "agent-under-test").toAbsolutePath();
      List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu11", "-g", "-O1"));
      command.addAll(List.of("-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all"));
      command.addAll(List.of("-fsanitize=address,undefined", "-I" + MAIN, "-o"));
      command.add(binary.toString());
      for (String name : List.of("agent.c", "streams.c", "runtime.c")) {
        command.add(MAIN.resolve(name).toString());
      }
      command.add(TEST.resolve("test_guest.c").toString());
      try {
        Process gcc = new ProcessBuilder(command).inheritIO().start();
        if (gcc.waitFor() != 0) {
          throw new IllegalStateException("gcc failed: " + String.join(" ", command));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return binary;
    }
  }
}
