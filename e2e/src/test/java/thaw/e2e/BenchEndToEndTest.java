package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/**
 * The benchmarks, and {@code thaw gc}, print their figures; what they measure here says nothing.
 */
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
    assertThat(row.path("peakMemoryBytes").asLong()).isPositive();
    assertThat(row.path("coldP50Millis").asDouble()).isPositive();
    assertThat(row.path("bytesFetched").asLong()).isBetween(1L, 8_000_000L);
    assertThat(row.path("readBytesPerSecond").asLong()).isPositive();
    assertThat(row.path("readAgainBytesPerSecond").asLong()).isPositive();
    assertThat(bench.path("rates").path("inflateBytesPerSecond").asLong()).isPositive();
  }

  @Test
  void coldstartPrintsTheDocumentedFigures() throws Exception {
    JsonNode bench = json("bench", "coldstart", "--json", "--modes", "function", "--starts", "1");
    assertThat(bench.path("bench").asString()).isEqualTo("coldstart");
    List<JsonNode> rows = List.copyOf(bench.path("results").values());
    assertThat(rows)
        .extracting(row -> row.path("memory").asString())
        .containsExactly("plain", "sparse", "sparse+log", "sparse+shuffledlog");
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(row.path("driver").asString()).isEqualTo("microvm");
          assertThat(row.path("runtime").asString()).isEqualTo("python3.13");
          assertThat(row.path("mode").asString()).isEqualTo("function");
          assertThat(row.path("p50Millis").asDouble()).isPositive();
          assertThat(row.path("p90Millis").asDouble()).isPositive();
          assertThat(row.path("n").asInt()).isEqualTo(1);
          assertThat(row.path("captureMillis").asDouble()).isPositive();
          assertThat(row.path("initMillis").asDouble()).isPositive();
          // What a function adds to its runtime; 4 MiB are promised.
          assertThat(row.path("layerBytes").asLong()).isBetween(100_000L, 4L << 20);
        });
    assertThat(rows.get(2).path("bytesTouched").asLong()).isBetween(1L << 20, 32L << 20);
  }

  @Test
  void densityPrintsTheDocumentedFigures() throws Exception {
    JsonNode bench = json("bench", "density", "--json", "--mode", "function", "--clones", "2");
    assertThat(bench.path("bench").asString()).isEqualTo("density");
    assertThat(bench.path("clones").asInt()).isEqualTo(2);
    long touched = bench.path("touchedPerCloneBytes").asLong();
    assertThat(touched).isPositive();
    assertThat(bench.path("pssPerCloneBytes").asLong()).isGreaterThan(touched);
    assertThat(bench.path("idleToAnswerP50Millis").asDouble()).isPositive();
    assertThat(bench.path("runningToAnswerP50Millis").asDouble()).isPositive();
  }

  @Test
  void restorePrintsTheDocumentedFigures() throws Exception {
    JsonNode bench = json("bench", "restore", "--json", "--starts", "1");
    assertThat(bench.path("bench").asString()).isEqualTo("restore");
    assertThat(bench.path("originLatencyMillis").asLong()).isEqualTo(20);
    List<JsonNode> rows = List.copyOf(bench.path("results").values());
    assertThat(rows)
        .extracting(row -> row.path("source").asString())
        .containsExactly(
            "plain",
            "chunks-warm",
            "origin-nolog",
            "origin-log",
            "origin-shuffledlog",
            "origin-repacked",
            "chunks-local");
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(row.path("runtime").asString()).isEqualTo("python3.13");
          assertThat(row.path("p50Millis").asDouble()).isPositive();
          assertThat(row.path("workingSetBytes").asLong()).isPositive();
          assertThat(row.path("bytesFetched").isNumber()).isTrue();
          assertThat(row.path("originRequests").isNumber()).isTrue();
        });
    assertThat(rows.getFirst().path("bytesFetched").asLong()).isZero();
    JsonNode repacked = rows.get(5);
    assertThat(repacked.path("bytesFetched").asLong())
        .isBetween(1L, rows.get(2).path("bytesFetched").asLong() / 2);
  }

  @Test
  void dedupPrintsTheDocumentedFigures() throws Exception {
    JsonNode bench = json("bench", "dedup", "--sharing", "6", "--json");
    assertThat(bench.path("bench").asString()).isEqualTo("dedup");
    List<JsonNode> rows = List.copyOf(bench.path("results").values());
    assertThat(rows)
        .extracting(row -> row.path("case").asString())
        .containsExactly(
            "extra-function",
            "rebuild",
            "rebuild-replaced",
            "same-upload",
            "shared-libraries",
            "shared-base");
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(row.path("logicalBytes").asLong()).isPositive();
          assertThat(row.path("newBytes").asLong()).isPositive();
          assertThat(row.path("uniqueChunkFraction").asDouble()).isBetween(0.0, 1.0);
          assertThat(row.path("uniqueByteFraction").asDouble()).isBetween(0.0, 1.0);
        });
    assertThat(rows.getFirst().path("newBytes").asLong()).isLessThan(200_000 * 101 / 100 + 65_536);
    assertThat(rows.get(1).path("uniqueChunkFraction").asDouble()).isLessThan(0.025);
    assertThat(rows.get(3).path("uniqueChunkFraction").asDouble()).isZero();
    assertThat(rows.getLast().path("uniqueChunkFraction").asDouble()).isLessThan(0.025);
  }

  @Test
  void gcPrintsTheDocumentedFigures() throws Exception {
    JsonNode report =
        json("gc", "--dry-run", "--json", "--data-dir", thaw.dataDirectory().toString());
    assertThat(report.path("dryRun").asBoolean()).isTrue();
    JsonNode root = report.path("roots").path(0);
    assertThat(root.path("id").asLong()).isEqualTo(1);
    assertThat(root.path("state").asString()).isEqualTo("active");
    assertThat(root.path("next").asString()).isEqualTo("keep");
    assertThat(root.path("alarmed").isBoolean()).isTrue();
    assertThat(Instant.parse(root.path("since").asString())).isBeforeOrEqualTo(Instant.now());
    for (String count :
        List.of(
            "liveManifests", "deadManifests", "onlyHere", "chunks", "deadChunks", "deadBytes")) {
      assertThat(root.path(count).isNumber()).as(count).isTrue();
    }
  }

  private static JsonNode json(String... command) throws Exception {
    return Json.parse(Command.thaw(command).succeeded().getBytes(StandardCharsets.UTF_8));
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
