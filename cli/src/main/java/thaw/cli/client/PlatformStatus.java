package thaw.cli.client;

import java.time.Duration;
import java.util.Map;
import thaw.cli.UserError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a platform tells about itself at {@code /_thaw/status}. */
public final class PlatformStatus {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private PlatformStatus() {}

  /** The worker's driver, sandboxes, pool, counters and logs, and the platform's version. */
  public static ObjectNode ask(HttpClient http) {
    HttpAnswer answer = http.send("GET", "/_thaw/status", Map.of(), new byte[0], PATIENCE);
    if (!answer.successful()) {
      throw new UserError(
          http.endpoint() + " answers " + answer.status() + " when asked for its status",
          "Check that it is a Thaw platform.");
    }
    JsonNode status = Json.parse(answer.body());
    ObjectNode flat = Json.object();
    flat.set("version", status.path("version"));
    status.path("worker").properties().forEach(field -> flat.set(field.getKey(), field.getValue()));
    return flat;
  }
}
