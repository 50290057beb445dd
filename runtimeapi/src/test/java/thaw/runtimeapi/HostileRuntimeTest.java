package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static thaw.runtimeapi.Invocations.PLENTY;
import static thaw.runtimeapi.Invocations.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runtimes that break the rules: each hurts only itself, with a clear outcome. */
@Timeout(60)
final class HostileRuntimeTest {
  private static final String INIT_ERROR = "POST /2018-06-01/runtime/init/error HTTP/1.1";
  private static final String RESPONSE = "POST /2018-06-01/runtime/invocation/id/response HTTP/1.1";

  private final LoopbackServer server = new LoopbackServer();
  private final RuntimeApi api = server.api;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aSecondAnswerIsRefusedAndTheFirstCounts() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      assertThat(runtime.respond("id", "first").status()).isEqualTo(202);
      RawClient.Response second = runtime.respond("id", "second");
      assertThat(second.status()).isEqualTo(403);
      assertThat(second.text())
          .contains("State transition from ResponseSent to InvocationResponse failed")
          .contains("InvalidStateTransition");
      assertThat(text(outcome.get())).isEqualTo("first");
      assertNextInvocationWorks(runtime);
    }
  }

  @Test
  void anAnswerToAnotherInvocationIsRefused() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      RawClient.Response wrong = runtime.respond("other", "x");
      assertThat(wrong.status()).isEqualTo(400);
      assertThat(wrong.text())
          .isEqualTo(
              "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}");
      runtime.respond("id", "right");
      assertThat(text(outcome.get())).isEqualTo("right");
    }
  }

  @Test
  void anAnswerBeforeAnyInvocationIsRefused() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      assertThat(runtime.respond("id", "guessed").status()).isEqualTo(400);
      assertThat(runtime.next().status()).isEqualTo(200);
      runtime.respond("id", "ok");
      assertThat(text(outcome.get())).isEqualTo("ok");
    }
  }

  @Test
  void anErrorOfInitAfterInitIsRefused() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      assertThat(runtime.post("init/error", "{}").status()).isEqualTo(403);
      runtime.respond("id", "ok");
      assertThat(text(outcome.get())).isEqualTo("ok");
    }
  }

  @Test
  void twoConnectionsCannotBothAnswer() throws Exception {
    try (RawClient slow = server.connect();
        RawClient fast = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      slow.next();
      slow.send(RESPONSE + "\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(slow.read().status()).isEqualTo(100);
      assertThat(fast.respond("id", "fast").status()).isEqualTo(403);
      slow.send("slow");
      assertThat(text(outcome.get())).isEqualTo("slow");
    }
  }

  @Test
  void anAnswerThatBreaksOffMayBeSentAgain() throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    try (RawClient broken = server.connect()) {
      broken.next();
      broken.send(RESPONSE + "\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(broken.read().status()).isEqualTo(100);
      broken.send("ha");
    }
    try (RawClient runtime = server.connect()) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> runtime.respond("id", "whole").status() == 202);
    }
    assertThat(text(outcome.get())).isEqualTo("whole");
  }

  @Test
  void halfARequestAndThenSilenceTimesOut() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome =
          Invocations.start(api, Invocations.of("id", "{}"), Duration.ofMillis(300));
      runtime.next();
      runtime.send(RESPONSE + "\r\nContent-Length: 100\r\n\r\nhalf");
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TimedOut());
      runtime.send(new byte[96]);
      assertThat(runtime.read().status()).as("too late, but read").isEqualTo(202);
      assertThat(runtime.next().status()).isEqualTo(403);
    }
  }

  @Test
  void aThousandConnectionsAreAFewServedAndTheRestClosed() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        clients.add(server.connect());
      }
      for (RawClient refused : clients.subList(RuntimeApi.MAX_CONNECTIONS, clients.size())) {
        assertThat(refused.isEnded()).isTrue();
      }
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      RawClient served = clients.getFirst();
      served.next();
      served.respond("id", "ok");
      assertThat(text(outcome.get())).isEqualTo("ok");
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefusedAndTheRuntimeGoesOn() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      byte[] large = new byte[RuntimeApi.MAX_RESPONSE_BYTES + 1];
      RawClient.Response refused = runtime.sendPost("invocation/id/response", "", large).read();
      assertThat(refused.status()).isEqualTo(413);
      assertThat(refused.text())
          .isEqualTo(
              "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\","
                  + "\"errorType\":\"RequestEntityTooLarge\"}");
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TooLarge(large.length));
      assertNextInvocationWorks(runtime);
    }
  }

  @Test
  void aGibibyteOfChunksIsCutOffEarly() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send(RESPONSE + "\r\nTransfer-Encoding: chunked\r\n\r\n");
      byte[] chunk = new byte[64 * 1024];
      long sent = 0;
      try {
        while (sent < 1L << 30) {
          runtime.send("10000\r\n").send(chunk).send("\r\n");
          sent += chunk.length;
        }
      } catch (IOException e) {
        // The server ended the connection.
      }
      assertThat(sent).isLessThan(64L << 20);
      assertThat(outcome.get()).isInstanceOf(RuntimeOutcome.TooLarge.class);
    }
    try (RawClient runtime = server.connect()) {
      assertNextInvocationWorks(runtime);
    }
  }

  @Test
  void anAnnouncedGibibyteIsRefusedUnread() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send(RESPONSE + "\r\nContent-Length: 1073741824\r\n\r\n");
      assertThat(runtime.read().status()).isEqualTo(413);
      assertThat(runtime.isEnded()).isTrue();
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TooLarge(1L << 30));
    }
  }

  @Test
  void aClientThatWaitsWithTooLargeABodyIsNotInvitedToSendIt() throws Exception {
    try (RawClient runtime = server.connect()) {
      CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
      runtime.next();
      runtime.send(RESPONSE + "\r\nExpect: 100-continue\r\nContent-Length: 7000000\r\n\r\n");
      assertThat(runtime.read().status()).isEqualTo(413);
      assertThat(runtime.isEnded()).isTrue();
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TooLarge(7_000_000));
    }
  }

  @Test
  void aHugeDocumentOfAnInitErrorStillFailsInit() throws Exception {
    try (RawClient runtime = server.connect()) {
      byte[] document = new byte[HttpConnection.MAX_INIT_ERROR_BYTES + 1];
      String header = "Lambda-Runtime-Function-Error-Type: Big\r\n";
      assertThat(runtime.sendPost("init/error", header, document).read().status()).isEqualTo(413);
      assertThat(text(api.awaitInit(PLENTY))).isEqualTo("Big ");
    }
  }

  static Stream<String> notHttp() {
    String next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1";
    Stream<String> starts =
        Stream.of(
            "GARBAGE",
            "GET  HTTP/1.1",
            next.replace("1.1", "2.0"),
            next.replace(" HTTP/1.1", ""),
            next + "\nHost: x\n",
            next + "\r\nno colon",
            next + "\r\nA: b\r\n folded",
            next + "\r\nName : b",
            next + "\r\n: b");
    Stream<String> lengths =
        Stream.of("-1", "1, 1", "9999999999999999999", "", "0x10", "1\r\nContent-Length: 2")
            .map(length -> INIT_ERROR + "\r\nContent-Length: " + length);
    Stream<String> encodings =
        Stream.of("gzip, chunked", "identity", "chunked\r\nContent-Length: 1")
            .map(encoding -> INIT_ERROR + "\r\nTransfer-Encoding: " + encoding);
    Stream<String> chunks =
        Stream.of("xyz\r\n", "\r\n", "1\r\nab\r\n", "1111111111111111\r\n", "-1\r\n", "1\na\n")
            .map(body -> INIT_ERROR + "\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
    return Stream.concat(
        Stream.of(starts, lengths, encodings).flatMap(s -> s).map(head -> head + "\r\n\r\n"),
        chunks);
  }

  @ParameterizedTest
  @MethodSource("notHttp")
  void whatIsNotHttpIsAnsweredWith400AndTheEnd(String request) throws Exception {
    try (RawClient runtime = server.connect()) {
      RawClient.Response response = runtime.send(request).read();
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.text()).contains("\"errorType\":\"BadRequest\"");
      assertThat(runtime.isEnded()).isTrue();
    }
  }

  @Test
  void endlessHeadsEnd() throws Exception {
    try (RawClient runtime = server.connect()) {
      runtime.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nX: ");
      byte[] x = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
      int sent = 0;
      try {
        while (sent < 64 << 20) {
          runtime.send(x);
          sent += x.length;
        }
      } catch (IOException e) {
        // The server ended the connection.
      }
      assertThat(sent).isLessThan(32 << 20);
    }
  }

  @Test
  void aThousandHeadersAreTooMany() throws Exception {
    try (RawClient runtime = server.connect()) {
      String next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";
      assertThat(runtime.send(next + "A: b\r\n".repeat(1_000) + "\r\n").read().status())
          .isEqualTo(400);
    }
  }

  @Test
  void otherPathsAndMethodsAreRefusedOnALivingConnection() throws Exception {
    try (RawClient runtime = server.connect()) {
      assertThat(runtime.send("GET / HTTP/1.1\r\n\r\n").read().status()).isEqualTo(404);
      assertThat(runtime.post("invocation/next", "x").status()).isEqualTo(405);
      assertThat(runtime.post("invocation//response", "x").status()).isEqualTo(404);
      assertThat(runtime.post("invocation/" + "i".repeat(65) + "/error", "x").status())
          .isEqualTo(404);
      assertThat(runtime.post("restore/error", "x").status()).isEqualTo(404);
      assertNextInvocationWorks(runtime);
    }
  }

  @Test
  void randomBytesHarmNothing() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String valid = RESPONSE + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";
    for (int i = 0; i < 300; i++) {
      byte[] bytes = valid.getBytes(StandardCharsets.ISO_8859_1);
      for (int changes = random.nextInt(6); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try (RawClient runtime = server.connect()) {
        runtime.send(bytes);
      }
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          try (RawClient runtime = server.connect()) {
            assertThat(runtime.respond("id", "x").status()).as("seed " + seed).isEqualTo(400);
          }
        });
    try (RawClient runtime = server.connect()) {
      assertNextInvocationWorks(runtime);
    }
  }

  private void assertNextInvocationWorks(RawClient runtime) throws Exception {
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "another", "{}");
    assertThat(runtime.next().status()).isEqualTo(200);
    assertThat(runtime.respond("another", "fine").status()).isEqualTo(202);
    assertThat(text(outcome.get())).isEqualTo("fine");
  }
}
