package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.runtimeapi.Invocations.PLENTY;
import static thaw.runtimeapi.Invocations.text;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import thaw.model.Invocation;

/** A well-behaved runtime and the API. */
@Timeout(60)
final class RuntimeApiTest {
  private static final String RESPONSE =
      "POST /2018-06-01/runtime/invocation/id/response HTTP/1.1\r\n";

  private final LoopbackServer server = new LoopbackServer();
  private final RuntimeApi api = server.api;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void initIsDoneWhenTheRuntimeAsksForItsFirstInvocation() throws Exception {
    try (RawClient runtime = server.connect()) {
      runtime.sendNext();
      assertThat(api.awaitInit(PLENTY)).isEqualTo(new RuntimeOutcome.Ready());
    }
  }

  @Test
  void anInvocationGoesOutWithItsHeadersAndItsAnswerComesBack() throws Exception {
    try (RawClient runtime = server.connect()) {
      long before = System.currentTimeMillis();
      Invocation invocation =
          new Invocation(
              "id-1",
              "{\"é\":1}".getBytes(StandardCharsets.UTF_8),
              Optional.of("{\"custom\":{\"a\":\"ü\"},\n\"env\":{}}"),
              "Root=1-67-abc;Sampled=0",
              Invocations.ARN);
      CompletableFuture<RuntimeOutcome> outcome =
          Invocations.start(api, invocation, Duration.ofSeconds(7));
      RawClient.Response event = runtime.next();

      assertThat(event.status()).isEqualTo(200);
      assertThat(event.text()).isEqualTo("{\"é\":1}");
      assertThat(event.header("Lambda-Runtime-Aws-Request-Id")).isEqualTo("id-1");
      assertThat(event.header("Lambda-Runtime-Invoked-Function-Arn")).isEqualTo(Invocations.ARN);
      assertThat(event.header("Lambda-Runtime-Trace-Id")).isEqualTo("Root=1-67-abc;Sampled=0");
      assertThat(event.header("Lambda-Runtime-Client-Context"))
          .as("a line break in the client's JSON must not end the header")
          .isEqualTo("{\"custom\":{\"a\":\"ü\"}, \"env\":{}}");
      assertThat(event.header("Content-Type")).isEqualTo("application/json");
      assertThat(Long.parseLong(event.header("Lambda-Runtime-Deadline-Ms")))
          .isBetween(before + 7_000, System.currentTimeMillis() + 7_000);

      RawClient.Response accepted = runtime.respond("id-1", "\"done\"");
      assertThat(accepted.status()).isEqualTo(202);
      assertThat(accepted.text()).isEqualTo("{\"status\":\"OK\"}");
      assertThat(text(outcome.get())).isEqualTo("\"done\"");
    }
  }

  @Test
  void oneConnectionServesManyInvocationsAndPipelinedRequests() throws Exception {
    try (RawClient runtime = server.connect()) {
      runtime.sendNext();
      for (int i = 0; i < 200; i++) {
        CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id-" + i, "" + i);
        assertThat(runtime.read().text()).isEqualTo("" + i);
        byte[] answer = ("answer " + i).getBytes(StandardCharsets.UTF_8);
        runtime.sendPost("invocation/id-" + i + "/response", "", answer).sendNext();
        assertThat(runtime.read().status()).isEqualTo(202);
        assertThat(text(outcome.get())).isEqualTo("answer " + i);
      }
    }
  }

  @Test
  void aRuntimeMayUseAConnectionPerRequest() throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    try (RawClient runtime = server.connect()) {
      assertThat(runtime.next().text()).isEqualTo("{}");
    }
    try (RawClient runtime = server.connect()) {
      runtime.send(RESPONSE + "Connection: close\r\nContent-Length: 2\r\n\r\nok");
      assertThat(runtime.read().status()).isEqualTo(202);
      assertThat(runtime.isEnded()).isTrue();
    }
    assertThat(text(outcome.get())).isEqualTo("ok");
  }

  @Test
  void anErrorOfTheFunctionCarriesItsTypeAndDocument() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      String header = "lambda-runtime-function-ERROR-type:  Some.Error \r\n";
      byte[] document = "{\"errorMessage\":\"no\"}".getBytes(StandardCharsets.UTF_8);
      assertThat(runtime.sendPost("invocation/id/error", header, document).read().status())
          .isEqualTo(202);
      assertThat(text(outcome.get())).isEqualTo("Some.Error {\"errorMessage\":\"no\"}");
    }
  }

  @Test
  void anErrorOfInitEndsInitAndEveryInvocationAfterIt() throws Exception {
    try (RawClient runtime = server.connect()) {
      assertThat(runtime.post("init/error", "{}").status()).isEqualTo(202);
      RuntimeOutcome failed = api.awaitInit(PLENTY);
      assertThat(text(failed)).isEqualTo(" {}");
      assertThat(api.invoke(Invocations.of("id", "{}"), PLENTY)).isSameAs(failed);
      RawClient.Response late = runtime.next();
      assertThat(late.status()).isEqualTo(403);
      assertThat(late.text())
          .isEqualTo(
              "{\"errorMessage\":\"State transition from InitError to Ready failed for runtime."
                  + " Error: State transition is not allowed\",\"errorType\":"
                  + "\"InvalidStateTransition\"}");
    }
  }

  @Test
  void aChunkedAnswerIsPutTogether() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send(
          RESPONSE
              + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
              + "Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n"
              + "5\r\nHello\r\n7;x=y\r\n, world\r\n0\r\nSome-Trailer: x\r\n\r\n");
      assertThat(runtime.read().status()).isEqualTo(202);
      assertThat(text(outcome.get())).isEqualTo("Hello, world");
      runtime.sendNext();
      CompletableFuture<RuntimeOutcome> second = Invocations.start(api, "id-2", "{}");
      assertThat(runtime.read().header("Lambda-Runtime-Aws-Request-Id")).isEqualTo("id-2");
      runtime.respond("id-2", "");
      assertThat(text(second.get())).isEmpty();
    }
  }

  @Test
  void aClientThatWaitsForTheGoAheadGetsIt() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send(RESPONSE + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(runtime.read().status()).isEqualTo(100);
      assertThat(runtime.send("body").read().status()).isEqualTo(202);
      assertThat(text(outcome.get())).isEqualTo("body");
    }
  }

  @Test
  void theLargestPayloadsPassBothWays() throws Exception {
    byte[] payload = new byte[thaw.model.Limits.PAYLOAD_BYTES];
    new java.util.Random(7).nextBytes(payload);
    byte[] answer = new byte[RuntimeApi.MAX_RESPONSE_BYTES];
    new java.util.Random(8).nextBytes(answer);
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome =
          Invocations.start(api, Invocations.of("id", payload), PLENTY);
      assertThat(runtime.next().body()).isEqualTo(payload);
      runtime.sendPost("invocation/id/response", "", answer);
      assertThat(runtime.read().status()).isEqualTo(202);
      assertThat(((RuntimeOutcome.Responded) outcome.get()).payload()).isEqualTo(answer);
    }
  }

  @Test
  void aRuntimeThatAsksAgainWithoutAnAnswerGetsTheSameInvocationAgain() throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    try (RawClient lost = server.connect()) {
      lost.next();
    }
    try (RawClient runtime = server.connect()) {
      assertThat(runtime.next().header("Lambda-Runtime-Aws-Request-Id")).isEqualTo("id");
      runtime.respond("id", "ok");
    }
    assertThat(text(outcome.get())).isEqualTo("ok");
  }

  @Test
  void theNewestConnectionThatAsksGetsTheInvocation() throws Exception {
    try (RawClient stale = server.connect();
        RawClient runtime = server.connect()) {
      stale.sendNext();
      assertThat(api.awaitInit(PLENTY)).isEqualTo(new RuntimeOutcome.Ready());
      runtime.sendNext();
      assertThat(stale.isEnded()).isTrue();
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      assertThat(runtime.read().status()).isEqualTo(200);
      runtime.respond("id", "ok");
      assertThat(text(outcome.get())).isEqualTo("ok");
    }
  }

  @Test
  void anExitEndsInitAndInvocations() throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    RawClient runtime = server.connect();
    runtime.next();
    runtime.close();
    api.runtimeExited();
    assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.Exited());
    assertThat(api.awaitInit(PLENTY)).isEqualTo(new RuntimeOutcome.Exited());
  }

  @Test
  void anAnswerSentJustBeforeTheExitCounts() throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    RawClient runtime = server.connect();
    runtime.next();
    runtime.send(RESPONSE + "Content-Length: 4\r\n\r\nla");
    api.runtimeExited();
    runtime.send("st").close();
    assertThat(text(outcome.get())).isEqualTo("last");
  }

  @Test
  void aSilentRuntimeTimesOut() throws Exception {
    assertThat(api.awaitInit(Duration.ofMillis(20))).isEqualTo(new RuntimeOutcome.TimedOut());
    assertThat(api.invoke(Invocations.of("id", "{}"), PLENTY))
        .as("the object is finished")
        .isEqualTo(new RuntimeOutcome.TimedOut());
  }

  @Test
  void aSecondInvocationAtOnceIsAMistakeOfTheCaller() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> first = Invocations.start(api, "id", "{}");
      runtime.next();
      assertThatThrownBy(() -> Invocations.start(api, "other", "{}").get())
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("other");
      runtime.respond("id", "ok");
      assertThat(text(first.get())).isEqualTo("ok");
    }
  }

  @Test
  void closingEndsConnectionsAndWaits() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send("POST /2018-06-01/runtime/inv");
      api.close();
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.Exited());
      assertThat(runtime.isEnded()).isTrue();
    }
  }
}
