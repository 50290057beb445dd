package thaw.frontend;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.model.InvocationTimings;
import thaw.model.LambdaException;
import thaw.model.Limits;

/**
 * The operation Invoke. The payload is opaque: it is read into an array once, handed to the worker,
 * and the answer's array is written to the client.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">AWS: Invoke</a>
 */
final class Invocations {
  private static final HeaderName EXECUTED_VERSION = HeaderNames.create("X-Amz-Executed-Version");
  private static final Header EXECUTED_LATEST =
      HeaderValues.createCached(EXECUTED_VERSION, FunctionReference.LATEST);
  private static final HeaderName FUNCTION_ERROR = HeaderNames.create("X-Amz-Function-Error");
  private static final HeaderName LOG_RESULT = HeaderNames.create("X-Amz-Log-Result");
  private static final HeaderName SERVER_TIMING = HeaderNames.create("Server-Timing");

  /** What a function is given when the client sent nothing. */
  private static final byte[] NO_PAYLOAD = "{}".getBytes(StandardCharsets.UTF_8);

  private final Names names;
  private final Function<FunctionReference, FunctionVersion> resolver;
  private final Invoker invoker;
  private final Bodies bodies;
  private final BodyBudget budget;
  private final Answers answers;

  Invocations(
      Names names,
      Function<FunctionReference, FunctionVersion> resolver,
      Invoker invoker,
      Bodies bodies,
      BodyBudget budget,
      Answers answers) {
    this.names = names;
    this.resolver = resolver;
    this.invoker = invoker;
    this.bodies = bodies;
    this.budget = budget;
    this.answers = answers;
  }

  /** Looks at a payload before it is acted on. */
  @FunctionalInterface
  interface PayloadCheck {
    /** Takes any. */
    PayloadCheck NONE = payload -> {};

    /**
     * Looks at one.
     *
     * @throws LambdaException if it is not to be acted on
     */
    void check(byte[] payload);
  }

  void invoke(
      ServerRequest request,
      ServerResponse response,
      String name,
      String requestId,
      PayloadCheck check)
      throws InterruptedException {
    Optional<String> qualifier = Query.one(request, "Qualifier");
    var headers = InvokeHeaders.of(request.headers(), name, qualifier);
    FunctionReference reference = names.parse(name, qualifier);
    FunctionVersion version = resolver.apply(reference);
    switch (headers.invocationType()) {
      case "DryRun" -> {
        try (var _ = budget.take(Math.min(Bodies.length(request), Limits.PAYLOAD_BYTES))) {
          check.check(bodies.payload(request));
        }
        executed(response, version);
        response.status(Status.NO_CONTENT_204);
        response.send();
      }
      case "Event" ->
          throw new LambdaException(
              ErrorCode.NOT_IMPLEMENTED,
              "Thaw does not offer the invocation type Event yet: it has no durable queue."
                  + " Use RequestResponse");
      default -> {
        try (var _ = budget.take(Math.min(Bodies.length(request), Limits.PAYLOAD_BYTES))) {
          run(request, response, requestId, reference, version, headers, check);
        }
      }
    }
  }

  private void run(
      ServerRequest request,
      ServerResponse response,
      String requestId,
      FunctionReference reference,
      FunctionVersion version,
      InvokeHeaders headers,
      PayloadCheck check)
      throws InterruptedException {
    Optional<String> context = headers.clientContext().map(ClientContext::decode);
    byte[] payload = bodies.payload(request);
    check.check(payload);
    String traceId = headers.traceId().orElseGet(RequestIds::traceId);
    InvocationResult result =
        invoker.invoke(
            version,
            new Invocation(
                requestId,
                payload.length == 0 ? NO_PAYLOAD : payload,
                context,
                traceId,
                reference.qualifiedArn(),
                headers.tailLog()));
    executed(response, version);
    response.header(HeaderValues.create(InvokeHeaders.TRACE_ID, traceId));
    response.header(HeaderValues.create(SERVER_TIMING, serverTiming(result.timings())));
    if (result.functionError().isPresent()) {
      response.header(HeaderValues.create(FUNCTION_ERROR, result.functionError().get()));
    }
    if (headers.tailLog()) {
      response.header(
          HeaderValues.create(LOG_RESULT, Base64.getEncoder().encodeToString(result.logTail())));
    }
    answers.json(response, Status.OK_200, result.payload());
  }

  private static void executed(ServerResponse response, FunctionVersion version) {
    response.header(
        version.version().equals(FunctionReference.LATEST)
            ? EXECUTED_LATEST
            : HeaderValues.create(EXECUTED_VERSION, version.version()));
  }

  /** Milliseconds to the microsecond, as in {@code sandbox;dur=0.000, init;dur=0.000, ...}. */
  static String serverTiming(InvocationTimings timings) {
    var text = new StringBuilder(64);
    metric(text, "sandbox", timings.sandboxStartMicros());
    metric(text.append(", "), "init", timings.initMicros());
    metric(text.append(", "), "handler", timings.handlerMicros());
    return text.toString();
  }

  private static void metric(StringBuilder text, String name, long micros) {
    text.append(name).append(";dur=").append(micros / 1000).append('.');
    long rest = micros % 1000;
    text.append(rest < 100 ? (rest < 10 ? "00" : "0") : "").append(rest);
  }
}
