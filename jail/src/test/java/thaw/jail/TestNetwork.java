package thaw.jail;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of the test's own with a TCP server in it, joined to the host by a veth. */
public final class TestNetwork implements AutoCloseable {
  public static final String SERVER = "198.18.77.2";
  public static final String HOST_SIDE = "198.18.77.1";
  public static final int PORT = 7_777;

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String NAME = "thawtest";

  private final Process server;

  private TestNetwork(Process server) {
    this.server = server;
  }

  public static TestNetwork open(Path directory) throws IOException {
    Path greeter = TestProgram.compile(TestNetwork.class, "greeter", directory);
    // What a killed test left.
    removeIfThere();
    ip("netns", "add", NAME);
    try {
      ip("link", "add", NAME, "type", "veth", "peer", "name", "peer", "netns", NAME);
      ip("addr", "add", HOST_SIDE + "/30", "dev", NAME);
      ip("link", "set", NAME, "up");
      ip("-n", NAME, "addr", "add", SERVER + "/30", "dev", "peer");
      ip("-n", NAME, "link", "set", "peer", "up");
      Process server =
          new ProcessBuilder(
                  "ip", "netns", "exec", NAME, greeter.toString(), Integer.toString(PORT))
              .redirectErrorStream(true)
              .start();
      BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
      String line = lines.readLine();
      if (!"listening".equals(line)) {
        throw new IOException("the server said " + line);
      }
      return new TestNetwork(server);
    } catch (IOException e) {
      removeIfThere();
      throw e;
    }
  }

  private static void removeIfThere() throws IOException {
    // The pair first: a namespace that is deleted lets go of its end later, on its own time, and
    // until then nobody can make another pair of that name.
    if (Files.exists(Path.of("/sys/class/net", NAME))) {
      ip("link", "delete", NAME);
    }
    if (Command.run(TIMEOUT, List.of("ip", "netns", "list")).contains(NAME)) {
      ip("netns", "delete", NAME);
    }
  }

  private static void ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Command.run(TIMEOUT, command);
  }

  @Override
  public void close() throws IOException {
    server.destroyForcibly();
    removeIfThere();
  }
}
