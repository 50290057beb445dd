package thaw.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.cli.ExitCodes;
import thaw.cli.UserError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of the AWS Lambda API that commands use.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html">AWS: actions</a>
 */
public final class LambdaClient {
  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Longest Timeout (15 min) and what a cold start may take on top. */
  private static final Duration INVOKE_PATIENCE = Duration.ofMinutes(20);

  private final HttpClient http;

  public LambdaClient(HttpClient http) {
    this.http = http;
  }

  /** Empty if there is no such function. */
  public Optional<JsonNode> getFunction(String name) {
    HttpAnswer answer = call("GET", FUNCTIONS + "/" + encode(name), new byte[0]);
    return answer.status() == 404 ? Optional.empty() : Optional.of(json(answer));
  }

  public JsonNode createFunction(ObjectNode request) {
    return json(call("POST", FUNCTIONS, Json.bytes(request)));
  }

  public JsonNode updateFunctionCode(String name, ObjectNode request) {
    return json(call("PUT", FUNCTIONS + "/" + encode(name) + "/code", Json.bytes(request)));
  }

  public JsonNode updateFunctionConfiguration(String name, ObjectNode request) {
    return json(
        call("PUT", FUNCTIONS + "/" + encode(name) + "/configuration", Json.bytes(request)));
  }

  /** Publishes a version of $LATEST. */
  public JsonNode publishVersion(String name) {
    return json(
        call(
            "POST",
            FUNCTIONS + "/" + encode(name) + "/versions",
            "{}".getBytes(StandardCharsets.UTF_8)));
  }

  public void deleteFunction(String name) {
    checked(call("DELETE", FUNCTIONS + "/" + encode(name), new byte[0]));
  }

  /** All functions, page by page. */
  public List<JsonNode> listFunctions() {
    List<JsonNode> functions = new ArrayList<>();
    Optional<String> marker = Optional.empty();
    do {
      String query = marker.map(m -> "?Marker=" + encode(m)).orElse("");
      JsonNode page = json(call("GET", FUNCTIONS + "/" + query, new byte[0]));
      page.path("Functions").forEach(functions::add);
      marker = Optional.of(page.path("NextMarker").asString("")).filter(text -> !text.isEmpty());
    } while (marker.isPresent());
    return functions;
  }

  /**
   * Invokes and waits for the answer.
   *
   * @param tail whether to ask for the end of the log
   */
  public InvokeAnswer invoke(String name, byte[] payload, boolean tail) {
    Map<String, String> headers =
        tail
            ? Map.of("Content-Type", "application/json", "X-Amz-Log-Type", "Tail")
            : Map.of("Content-Type", "application/json");
    HttpAnswer answer =
        http.send(
            "POST",
            FUNCTIONS + "/" + encode(name) + "/invocations",
            headers,
            payload,
            INVOKE_PATIENCE);
    checked(answer);
    return new InvokeAnswer(
        answer.body(),
        answer.header("X-Amz-Function-Error"),
        answer.header("X-Amz-Log-Result").map(text -> Base64.getDecoder().decode(text)),
        answer.header("x-amzn-RequestId").orElse(""),
        ServerTiming.parse(answer.header("Server-Timing").orElse("")));
  }

  private HttpAnswer call(String method, String path, byte[] body) {
    return http.send(method, path, Map.of("Content-Type", "application/json"), body, PATIENCE);
  }

  private static JsonNode json(HttpAnswer answer) {
    return Json.parse(checked(answer).body());
  }

  private static HttpAnswer checked(HttpAnswer answer) {
    if (answer.successful()) {
      return answer;
    }
    String type = answer.header("x-amzn-errortype").orElse("HTTP " + answer.status());
    int colon = type.indexOf(':');
    String name = colon < 0 ? type : type.substring(0, colon);
    throw new UserError(ExitCodes.FAILED, name + ": " + message(answer), Optional.empty());
  }

  private static String message(HttpAnswer answer) {
    boolean isJson = answer.header("Content-Type").orElse("").contains("json");
    JsonNode body = isJson ? Json.parse(answer.body()) : Json.object();
    String message = body.path("message").asString(body.path("Message").asString(""));
    return message.isEmpty() ? answer.text() : message;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
