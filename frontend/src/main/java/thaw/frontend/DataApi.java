package thaw.frontend;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.SandboxCredentials;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API for functions, which reach it from within their sandboxes (docs/data-endpoint.md):
 * Invoke, signed with the sandbox's own credentials, and these credentials themselves.
 */
final class DataApi implements Api {
  private static final String CREDENTIALS = "/_thaw/credentials";

  /**
   * Sandboxes' credentials hold as long as they do. SDKs ask again when this is nearly over: after
   * a snapshot was resumed, what they remember is another sandbox's.
   */
  private static final Duration SHOWN_VALIDITY = Duration.ofMinutes(5);

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final IntFunction<Optional<SandboxCredentials>> callers;
  private final String region;
  private final Invocations invocations;
  private final Answers answers;
  private final InstantSource clock;

  /**
   * @param callers who has the connection that comes from this local port
   */
  DataApi(
      IntFunction<Optional<SandboxCredentials>> callers,
      String region,
      Invocations invocations,
      Answers answers,
      InstantSource clock) {
    this.callers = callers;
    this.region = region;
    this.invocations = invocations;
    this.answers = answers;
    this.clock = clock;
  }

  @Override
  public void serve(ServerRequest request, ServerResponse response, String requestId)
      throws InterruptedException {
    SandboxCredentials caller =
        callers
            .apply(request.remotePeer().port())
            .orElseThrow(() ->
                new LambdaException(
                    ErrorCode.ACCESS_DENIED, "Only sandboxes may connect to this endpoint"));
    var prologue = request.prologue();
    String path = prologue.uriPath().rawPath();
    if (prologue.method().text().equals("GET") && path.equals(CREDENTIALS)) {
      credentials(response, caller);
      return;
    }
    Signature signature = Signature.of(SignedHead.of(request), caller, region, clock.instant());
    Route route = Route.of(prologue.method().text(), path);
    if (route.operation() != Operation.INVOKE) {
      throw new LambdaException(
          ErrorCode.ACCESS_DENIED,
          "Functions may invoke functions and do nothing else here: "
              + route.operation()
              + " is not allowed");
    }
    invocations.invoke(request, response, route.subject(), requestId, signature::verify);
  }

  private void credentials(ServerResponse response, SandboxCredentials caller) {
    Map<String, String> document = new LinkedHashMap<>();
    document.put("AccessKeyId", caller.accessKeyId());
    document.put("SecretAccessKey", caller.secretAccessKey());
    document.put("Token", caller.sessionToken());
    document.put("Expiration", clock.instant().plus(SHOWN_VALIDITY).toString());
    answers.json(response, Status.OK_200, MAPPER.writeValueAsBytes(document));
  }
}
