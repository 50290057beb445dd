package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import thaw.agent.AgentSource;

/**
 * The agent, as C files that are compiled to one static program.
 *
 * @param sources C and header files by name
 * @param flags for the compiler, beside those that every agent has
 */
record AgentProgram(SortedMap<String, byte[]> sources, List<String> flags) {
  private static final Tool GCC = new Tool("musl-gcc", "musl-tools");

  static AgentProgram bundled() {
    try {
      return new AgentProgram(AgentSource.GUEST.files(), List.of(AgentSource.GUEST.buildFlag()));
    } catch (IOException e) {
      throw new GuestBuildException("Cannot read the agent's sources: " + e.getMessage(), e);
    }
  }

  /**
   * @param directory empty; the compiler only sees relative names, so it leaves no trace
   */
  byte[] compile(Path directory) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("-std=gnu11", "-static", "-Os", "-s", "-Wl,--build-id=none"));
    arguments.addAll(flags);
    arguments.addAll(List.of("-o", "agent"));
    for (Map.Entry<String, byte[]> source : sources.entrySet()) {
      Files.write(directory.resolve(source.getKey()), source.getValue());
      if (source.getKey().endsWith(".c")) {
        arguments.add(source.getKey());
      }
    }
    GCC.run(directory, arguments);
    return Files.readAllBytes(directory.resolve("agent"));
  }

  static String compilerVersion() {
    return GCC.runAnyway(Path.of("/"), List.of("--version"), () -> {})
        .output()
        .lines()
        .findFirst()
        .orElse("");
  }
}
