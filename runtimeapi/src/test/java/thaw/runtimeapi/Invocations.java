package thaw.runtimeapi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import thaw.model.Invocation;

/** Invocations for tests, carried out beside the test. */
final class Invocations {
  static final Duration PLENTY = Duration.ofSeconds(30);
  static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";

  private Invocations() {}

  static Invocation of(String id, byte[] payload) {
    return new Invocation(id, payload, Optional.empty(), "Root=1-2-3", ARN);
  }

  static Invocation of(String id, String payload) {
    return of(id, payload.getBytes(StandardCharsets.UTF_8));
  }

  static CompletableFuture<RuntimeOutcome> start(RuntimeApi api, String id, String payload) {
    return start(api, of(id, payload), PLENTY);
  }

  static CompletableFuture<RuntimeOutcome> start(
      RuntimeApi api, Invocation invocation, Duration timeout) {
    CompletableFuture<RuntimeOutcome> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            outcome.complete(api.invoke(invocation, timeout));
          } catch (Throwable e) {
            outcome.completeExceptionally(e);
          }
        });
    return outcome;
  }

  static String text(RuntimeOutcome outcome) {
    return switch (outcome) {
      case RuntimeOutcome.Responded(byte[] payload) -> new String(payload, StandardCharsets.UTF_8);
      case RuntimeOutcome.Failed(String type, byte[] payload) ->
          type + " " + new String(payload, StandardCharsets.UTF_8);
      case RuntimeOutcome other -> other.toString();
    };
  }
}
