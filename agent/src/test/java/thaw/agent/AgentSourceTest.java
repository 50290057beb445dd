package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgentSourceTest {
  @Test
  void listsEveryFileOfTheAgent() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/c"))) {
      Set<String> listed = new TreeSet<>(AgentSource.GUEST.files().keySet());
      listed.addAll(AgentSource.CONTAINER.files().keySet());
      assertThat(listed)
          .containsExactlyInAnyOrderElementsOf(
              files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void hashIsOfTheContentAndStable() throws IOException {
    AgentSource agent = AgentSource.GUEST;
    assertThat(agent.hash())
        .matches("[0-9a-f]{64}")
        .isEqualTo(agent.hash())
        .isNotEqualTo(AgentSource.CONTAINER.hash());
    assertThat(agent.buildFlag()).isEqualTo("-DTHAW_BUILD=\"" + agent.hash() + "\"");
  }

  @ParameterizedTest
  @EnumSource
  void compilesWithoutAWarningByBothCompilers(AgentSource agent, @TempDir Path directory)
      throws Exception {
    agent.writeTo(directory);
    for (String compiler : List.of("gcc", "musl-gcc")) {
      List<String> command = new ArrayList<>(List.of(compiler, "-std=gnu11", "-Os", "-static"));
      command.addAll(List.of("-Wall", "-Wextra", "-Werror", agent.buildFlag(), "-o", "init"));
      agent.files().keySet().stream().filter(f -> f.endsWith(".c")).forEach(command::add);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .as(compiler)
          .isEmpty();
      assertThat(process.waitFor()).as(compiler).isZero();
      assertThat(Files.size(directory.resolve("init"))).isBetween(10_000L, 1_500_000L);
    }
  }
}
