package thaw.worker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;

/** Functions and invocations for tests. */
final class Functions {
  private Functions() {}

  static FunctionVersion of(String name) {
    return of(name, "r1", 128, "app.handler", Duration.ofSeconds(3));
  }

  static FunctionVersion of(
      String name, String revision, int memorySizeMb, String handler, Duration timeout) {
    return new FunctionVersion(
        "000000000000",
        "us-east-1",
        name,
        "$LATEST",
        revision,
        "python3.13",
        handler,
        memorySizeMb,
        timeout,
        512,
        Map.of(),
        "c0de",
        "/aws/lambda/" + name);
  }

  static Invocation invocation(String payload, boolean tail) {
    return new Invocation(
        UUID.randomUUID().toString(),
        payload.getBytes(StandardCharsets.UTF_8),
        Optional.empty(),
        "Root=1-5759e988-bd862e3fe1be46a994272793",
        "arn:aws:lambda:us-east-1:000000000000:function:f",
        tail);
  }
}
