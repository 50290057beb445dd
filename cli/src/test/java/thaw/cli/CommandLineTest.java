package thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandLineTest {
  static Stream<String> commands() {
    return StreamSupport.stream(Commands.names().spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithExamples(String command) {
    for (String option : new String[] {"-h", "--help"}) {
      CommandRun run = CommandRun.of(command, option);
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).contains("Usage: thaw " + command, "Examples:", "  thaw " + command);
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  void helpListsEveryCommandAndGoesToStdout() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.exitCode()).isZero();
    assertThat(commands()).allSatisfy(name -> assertThat(run.out()).contains("  " + name + " "));
  }

  @Test
  void aMistypedCommandIsAUsageErrorWithASuggestion() {
    CommandRun run = CommandRun.of("invok", "x");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("thaw: ").contains("thaw invoke", "--help");
  }

  @Test
  void anUnknownOptionNamesTheCommandsHelp() {
    CommandRun run = CommandRun.of("list", "--jsn");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).startsWith("thaw: Unknown option: '--jsn'").contains("thaw list --help");
  }

  @Test
  void withoutACommandItSaysSo() {
    CommandRun run = CommandRun.of();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("Missing a command");
  }

  @Test
  void versionIsOneLineOrJson() {
    assertThat(CommandRun.of("version").out()).startsWith("thaw ").hasLineCount(1);
    assertThat(CommandRun.of("version", "--json").json().path("java").asString(""))
        .startsWith("25");
  }

  @Test
  void statusWithoutPlatformExitsWith3() {
    CommandRun text = CommandRun.of("status");
    assertThat(text.exitCode()).isEqualTo(ExitCodes.NOT_RUNNING);
    assertThat(text.out()).contains("No platform runs on /nonexistent");
    CommandRun json = CommandRun.of("status", "--json");
    assertThat(json.exitCode()).isEqualTo(ExitCodes.NOT_RUNNING);
    assertThat(json.json().path("running").asBoolean(true)).isFalse();
  }

  @Test
  void downWithoutPlatformIsNoError() {
    assertThat(CommandRun.of("down").exitCode()).isZero();
  }

  @Test
  void noPlatformAtTheEndpointSaysHowToStartOne() {
    CommandRun run = CommandRun.of("list", "--endpoint", "http://127.0.0.1:1");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .startsWith("thaw: nobody listens at http://127.0.0.1:1")
        .contains("thaw up --detach");
  }

  @Test
  void aWrongSettingStopsWithTheNearestName(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("thaw.conf");
    Files.writeString(file, "dataDri = /srv\n");
    CommandRun run = CommandRun.of("config", "--check", "--config", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err())
        .contains(file + ":1: unknown key dataDri; did you mean dataDir?", "thaw config");
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndTheFile(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("thaw.conf");
    Files.writeString(file, "dataDir = /from/file\n");
    Map<String, String> environment = Map.of("THAW_CONFIG", file.toString());
    assertThat(CommandRun.with(environment, "", "status").out()).contains("on /from/file.");
    Map<String, String> both =
        Map.of("THAW_CONFIG", file.toString(), "THAW_DATA_DIR", "/from/environment");
    assertThat(CommandRun.with(both, "", "status").out()).contains("on /from/environment.");
    assertThat(CommandRun.with(both, "", "status", "--data-dir", "/from/option").out())
        .contains("on /from/option.");
  }

  @Test
  void configDescribesEverySettingAndItsOutputIsAValidFile(@TempDir Path dir) throws IOException {
    CommandRun template = CommandRun.of("config");
    assertThat(template.out()).contains("#dataDir = ", "#worker.keepAlive = ");
    Path file = dir.resolve("thaw.conf");
    Files.writeString(file, template.out());
    assertThat(CommandRun.of("config", "--check", "--config", file.toString()).exitCode()).isZero();
    assertThat(CommandRun.of("config", "--json").json().path("settings"))
        .isNotEmpty()
        .allSatisfy(setting -> assertThat(setting.path("doc").asString("")).isNotEmpty());
  }

  @Test
  void testPointsToTheLauncher() {
    CommandRun run = CommandRun.of("test", "worker");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("./thaw test worker");
  }
}
