package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** Compiles the agent's C files to one static program. */
final class AgentCompiler {
  private static final Tool GCC = new Tool("musl-gcc", "musl-tools gcc");

  private static final List<String> FLAGS =
      List.of("-std=gnu11", "-static", "-Os", "-s", "-Wl,--build-id=none", "-o", "agent");

  private AgentCompiler() {}

  /**
   * @param sources C and header files by name
   * @param directory empty; the compiler only sees relative names, so it leaves no trace
   */
  static byte[] compile(SortedMap<String, byte[]> sources, Path directory) throws IOException {
    List<String> arguments = new ArrayList<>(FLAGS);
    for (String name : sources.keySet()) {
      Files.write(directory.resolve(name), sources.getOrDefault(name, new byte[0]));
      if (name.endsWith(".c")) {
        arguments.add(name);
      }
    }
    GCC.run(directory, arguments);
    return Files.readAllBytes(directory.resolve("agent"));
  }

  static String version() {
    return GCC.runAnyway(Path.of("/"), List.of("--version"), () -> {})
        .output()
        .lines()
        .findFirst()
        .orElse("");
  }
}
