package thaw.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import thaw.cli.CommandRun;
import thaw.cli.FakePlatform;
import tools.jackson.databind.JsonNode;

/** The benchmark's own workings; that it measures a real platform is seen by running it. */
class WarmCommandTest {
  private static final String FUNCTION =
      "/2015-03-31/functions/thaw-bench-" + ProcessHandle.current().pid();

  @Test
  void everyRowIsMeasuredAndTheFunctionIsDeleted() throws IOException {
    try (FakePlatform platform = new FakePlatform()) {
      platform.on("POST /2015-03-31/functions", 201, "{}");
      platform.on("GET /_thaw/status", 200, "{\"worker\":{\"driver\":\"microvm\"}}");
      platform.on("GET " + FUNCTION, 200, "{\"Configuration\":{\"State\":\"Active\"}}");
      platform.on("DELETE " + FUNCTION, 200, "{}");
      platform.on(
          "POST " + FUNCTION + "/invocations", 200, "{}", "Server-Timing", "handler;dur=0.001");

      CommandRun run =
          platform.run(
              "",
              "bench",
              "warm",
              "--json",
              "--seconds",
              "1",
              "--clients",
              "1,2",
              "--frontend-clients",
              "4",
              "--memory",
              "256");

      assertThat(run.exitCode()).as(run.err()).isZero();
      JsonNode results = run.json().path("results");
      assertThat(run.json().path("bench").asString()).isEqualTo("warm");
      assertThat(results)
          .extracting(row -> row.path("driver").asString() + row.path("clients").asInt())
          .containsExactly("microvm1", "microvm2", "none4");
      assertThat(results)
          .allSatisfy(row -> {
            assertThat(row.path("memorySizeMb").asInt()).isEqualTo(256);
            assertThat(row.path("requests").asLong()).isPositive();
            assertThat(row.path("throughputPerSecond").asDouble()).isPositive();
            assertThat(row.path("clientP50Millis").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(row.path("clientP99Millis").asDouble());
          });
      assertThat(platform.asked().getLast().line()).isEqualTo("DELETE " + FUNCTION);
    }
  }
}
