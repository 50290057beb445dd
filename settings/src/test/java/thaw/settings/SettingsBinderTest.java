package thaw.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsBinderTest {
  enum Mode {
    NONE,
    ON_DEMAND
  }

  record Inner(
      @Doc("How long.") @Default("10m") @Range(min = "1s", max = "1h") Duration keepAlive,
      @Default("4") @Range(min = "1", max = "64") int sandboxes,
      @Default("512MiB") @Range(max = "1GiB") DataSize memory) {
    Inner {
      if (sandboxes == 13) {
        throw new IllegalArgumentException("13 sandboxes bring bad luck; take 12");
      }
    }
  }

  record Root(
      @Default("/var/lib/thaw") Path dataDir,
      @Default("127.0.0.1:9000") String listen,
      @Default("on-demand") Mode mode,
      @Default("true") boolean enabled,
      @Default("0.5") double share,
      @Default("9000000000") long big,
      @Default("[a, b]") List<String> names,
      @Default("{}") Map<String, String> aliases,
      Optional<String> note,
      Inner worker) {}

  record Required(String name) {}

  private static Root bind(String hocon) {
    return SettingsBinder.bind(Root.class, ConfigFactory.parseString(hocon));
  }

  @Test
  void anEmptyFileGivesTheDefaults() {
    assertThat(bind(""))
        .isEqualTo(
            new Root(
                Path.of("/var/lib/thaw"),
                "127.0.0.1:9000",
                Mode.ON_DEMAND,
                true,
                0.5,
                9_000_000_000L,
                List.of("a", "b"),
                Map.of(),
                Optional.empty(),
                new Inner(Duration.ofMinutes(10), 4, DataSize.ofMebibytes(512))));
  }

  @Test
  void theFileOverridesDefaults() {
    Root root =
        bind(
            """
            dataDir = "/srv//thaw/"
            mode = none
            note = hello
            names = []
            aliases { python3.12 = python3.13, "node.js" = x }
            worker { keepAlive = 90s, sandboxes = 8 }
            worker.memory = 1 GiB
            """);
    assertThat(root.dataDir()).isEqualTo(Path.of("/srv/thaw"));
    assertThat(root.mode()).isEqualTo(Mode.NONE);
    assertThat(root.note()).contains("hello");
    assertThat(root.names()).isEmpty();
    assertThat(root.aliases())
        .containsExactly(Map.entry("node.js", "x"), Map.entry("python3.12", "python3.13"));
    assertThat(root.worker())
        .isEqualTo(new Inner(Duration.ofSeconds(90), 8, DataSize.ofMebibytes(1024)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker.keepAlve = 5m | unknown key worker.keepAlve; did you mean worker.keepAlive?",
        "workr { } | unknown key workr; did you mean worker?",
        "keepAlive = 5m | unknown key keepAlive; did you mean worker.keepAlive?",
        "worker.zzzzzzzzz = 1 | unknown key worker.zzzzzzzzz; valid here: keepAlive, sandboxes",
        "worker = 3 | worker = 3: must be a group of settings; write worker { ... }",
        "worker.keepAlive = 5 | worker.keepAlive = 5: needs a unit: ms, s, m, h or d",
        "worker.keepAlive = soon | worker.keepAlive = \"soon\": is not a duration",
        "worker.keepAlive = 2h | worker.keepAlive = \"2h\": must be between 1s and 1h",
        "worker.sandboxes = many | worker.sandboxes = \"many\": must be a number",
        "worker.sandboxes = 1.5 | worker.sandboxes = 1.5: must be a whole number",
        "worker.sandboxes = 0 | worker.sandboxes = 0: must be between 1 and 64",
        "worker.sandboxes = 5000000000 | must be between -2147483648 and 2147483647",
        "worker.sandboxes = 13 | worker: 13 sandboxes bring bad luck; take 12",
        "worker.memory = 2GiB | worker.memory = \"2GiB\": must be at most 1GiB",
        "worker.memory = 2 lots | is not a size",
        "dataDir = var/lib | dataDir = \"var/lib\": must be an absolute path; begin it with /",
        "mode = on-demnd | must be one of none, on-demand; did you mean on-demand?",
        "enabled = maybe | enabled = \"maybe\": must be true or false",
        "names = a | names = \"a\": must be a list; write [a, b]",
        "aliases = a | aliases = \"a\": must be a map; write { name = value }",
        "listen = [] | listen = []: must be one value: text",
      })
  void aBadSettingStopsWithKeyValueAndRemedy(String hocon, String message) {
    assertThatThrownBy(() -> bind(hocon))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void everyProblemIsReportedWithItsFileAndLine(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("thaw.conf");
    Files.writeString(file, "# head\nworker {\n  keepAlve = 5m\n}\nmode = never\n");
    assertThatThrownBy(() -> SettingsBinder.bind(Root.class, SettingsFile.read(file)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(file + ":3: unknown key worker.keepAlve")
        .hasMessageContaining(file + ":5: mode = \"never\"");
  }

  @Test
  void anOverrideOnTheCommandLineIsNamedAsSuch() {
    assertThatThrownBy(() ->
            SettingsBinder.bind(Root.class, SettingsFile.assignment("--set", "moode=\"none\"")))
        .hasMessage("--set: unknown key moode; did you mean mode?");
  }

  @Test
  void anOverrideOnTheCommandLineNeedsNoQuotes() {
    Root root =
        SettingsBinder.bind(
            Root.class,
            SettingsFile.assignment("--set", "listen=127.0.0.1:9177")
                .withFallback(SettingsFile.assignment("--set", "worker.keepAlive=5m"))
                .withFallback(SettingsFile.assignment("--set", "names=[c]")));
    assertThat(root.listen()).isEqualTo("127.0.0.1:9177");
    assertThat(root.worker().keepAlive()).isEqualTo(Duration.ofMinutes(5));
    assertThat(root.names()).containsExactly("c");
    assertThatThrownBy(() -> SettingsFile.assignment("--set", "listen"))
        .hasMessageContaining("write key=value");
  }

  @Test
  void aValueWithoutDefaultMustBeGiven() {
    assertThatThrownBy(() -> SettingsBinder.bind(Required.class, ConfigFactory.empty()))
        .hasMessageContaining("key name (text) has no default");
  }

  @Test
  void aMissingOrBrokenFileIsNamed(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("thaw.conf");
    assertThatThrownBy(() -> SettingsFile.read(file)).hasMessageContaining(file.toString());
    Files.writeString(file, "a {\n");
    assertThatThrownBy(() -> SettingsFile.read(file))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void everyKeyIsDescribed() {
    assertThat(Setting.of(Root.class))
        .contains(
            new Setting(
                "worker.keepAlive",
                "duration",
                Optional.of("\"10m\""),
                Optional.of("between 1s and 1h"),
                "How long."))
        .extracting(Setting::key)
        .startsWith("dataDir", "listen")
        .endsWith("worker.sandboxes", "worker.memory");
  }

  @Test
  void theTemplateIsValidAndChangesNothingAndWorksUncommented() {
    String template = SettingsTemplate.of(Root.class);
    assertThat(bind(template)).isEqualTo(bind(""));
    String uncommented =
        template.replaceAll("(?m)^#([^ ])", "$1").replaceAll("(?m)^note = \\.\\.\\.$", "");
    assertThat(bind(uncommented)).isEqualTo(bind(""));
  }
}
