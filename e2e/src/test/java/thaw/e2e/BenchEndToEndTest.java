package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** {@code thaw bench warm} measures; what it measures here says nothing. */
class BenchEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  private static final List<String> FIGURES =
      List.of(
          "clientP50Millis",
          "clientP99Millis",
          "sandboxP50Millis",
          "overheadP50Millis",
          "throughputPerSecond");

  @Test
  void imagePrintsTheDocumentedFigures() throws Exception {
    String out =
        Command.thaw("bench", "image", "--json", "--sizes", "20MB", "--starts", "1").succeeded();
    JsonNode bench = Json.parse(out.getBytes(StandardCharsets.UTF_8));
    assertThat(bench.path("bench").asString()).isEqualTo("image");
    JsonNode row = bench.path("results").path(0);
    assertThat(row.path("bytes").asLong()).isEqualTo(20_000_000);
    assertThat(row.path("createBytesPerSecond").asLong()).isPositive();
    assertThat(row.path("coldP50Millis").asDouble()).isPositive();
    assertThat(row.path("bytesFetched").asLong()).isBetween(1L, 8_000_000L);
    assertThat(bench.path("rates").path("inflateBytesPerSecond").asLong()).isPositive();
  }

  @Test
  void warmPrintsTheDocumentedFigures() throws Exception {
    String out =
        Command.thaw(
                "bench",
                "warm",
                "--json",
                "--clients",
                "1",
                "--frontend-clients",
                "2",
                "--seconds",
                "1",
                "--endpoint",
                thaw.endpoint())
            .succeeded();
    JsonNode bench = Json.parse(out.getBytes(StandardCharsets.UTF_8));
    assertThat(bench.path("bench").asString()).isEqualTo("warm");
    List<JsonNode> rows = List.copyOf(bench.path("results").values());
    assertThat(rows)
        .extracting(row -> row.path("driver").asString())
        .containsExactly("microvm", "none");
    assertThat(rows).extracting(row -> row.path("clients").asInt()).containsExactly(1, 2);
    assertThat(rows.getFirst().path("runtime").asString()).isEqualTo("python3.13");
    assertThat(rows)
        .allSatisfy(row -> assertThat(FIGURES).allMatch(figure -> row.path(figure).isNumber()))
        .allSatisfy(row -> assertThat(row.path("requests").asInt()).isPositive());
  }
}
