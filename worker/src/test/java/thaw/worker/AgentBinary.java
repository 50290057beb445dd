package thaw.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The agent with the stand-in guest of its own tests, compiled the first time it is needed. */
final class AgentBinary {
  static final Path PATH = compile();

  private AgentBinary() {}

  private static Path compile() {
    Path main = Path.of("../agent/src/main/c").toAbsolutePath();
    Path test = Path.of("../agent/src/test/c").toAbsolutePath();
    Path binary = Path.of("target", "agent-for-tests").toAbsolutePath();
    List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu11", "-O1", "-I" + main, "-o"));
    command.add(binary.toString());
    for (String name : List.of("agent.c", "streams.c", "runtime.c")) {
      command.add(main.resolve(name).toString());
    }
    command.add(test.resolve("test_guest.c").toString());
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
