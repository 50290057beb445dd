package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean harm, or are broken. After each, the frontend still serves. */
class HostileRequestsTest {
  private static final String INVOKE = "/2015-03-31/functions/f/invocations";

  @TempDir static Path directory;
  private static TestFrontend frontend;

  @BeforeAll
  static void start() throws IOException {
    frontend =
        TestFrontend.start(
            directory,
            Map.of(
                "idleTimeout",
                "1s",
                "bodyTimeout",
                "2s",
                "maxConnections",
                64,
                "maxConcurrentRequests",
                4));
    frontend.createActive("f");
  }

  @AfterAll
  static void stop() throws IOException {
    frontend.close();
  }

  @AfterEach
  void stillServes() throws IOException {
    frontend.invoker(TestFrontend.ECHO);
    assertThat(frontend.send("POST", INVOKE, "1").text()).isEqualTo("1");
  }

  private static String head(String... lines) {
    return "POST "
        + INVOKE
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + String.join("\r\n", lines)
        + "\r\n\r\n";
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 403",
    "evil.example:9000, 403",
    "localhost.evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "127.0.0.1:9000.evil.example, 400",
    "0.0.0.0, 403",
    "LOCALHOST:1, 200",
    "[::1]:9000, 200",
    "127.0.0.1, 200",
  })
  void aForeignHostIsRefused(String host, int status) throws IOException {
    try (var http = frontend.connect()) {
      http.write("GET /_thaw/health HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      var answer = http.read();
      assertThat(answer.status()).isEqualTo(status);
      if (status == 403) {
        assertThat(answer.errorType()).isEqualTo("AccessDeniedException");
        assertThat(answer.text()).contains("use 127.0.0.1, localhost or [::1]");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example, 403",
    "null, 403",
    "http://localhost.evil.example, 403",
    "http://127.0.0.1@evil.example, 403",
    "http://localhost:3000, 200",
  })
  void aForeignOriginIsRefused(String origin, int status) throws IOException {
    assertThat(frontend.send("POST", INVOKE, "{}", "Origin: " + origin).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /_thaw/health HTTP/1.1\r\n\r\n",
        "GET /_thaw/health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        "GET /_thaw/health HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /_thaw/health HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\n\r\n",
      })
  void hostAndOriginAreGivenOnce(String request) throws IOException {
    try (var http = frontend.connect()) {
      http.write(request);
      assertThat(http.read().status()).isIn(400, 403);
    }
  }

  @Test
  void oversizedHeadersAreRefused() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("X-Long: " + "x".repeat(20_000)));
      var answer = http.read();
      assertThat(answer.status()).isIn(400, 431);
      assertThat(answer.errorType()).isEqualTo("InvalidRequestContentException");
      assertThat(answer.text()).isNotEmpty();
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void anEndlessHeaderIsRefused() throws IOException {
    try (var http = frontend.connect()) {
      http.write("GET /_thaw/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ");
      assertThat(writesUntilCut(http, "x".repeat(1024), 10_000)).isTrue();
    }
  }

  @Test
  void anEndlessRequestLineIsRefused() throws IOException {
    try (var http = frontend.connect()) {
      http.write("GET /");
      assertThat(writesUntilCut(http, "x".repeat(1024), 10_000)).isTrue();
    }
  }

  private static boolean writesUntilCut(RawHttp http, String piece, int pieces) {
    try {
      for (int i = 0; i < pieces; i++) {
        http.write(piece);
      }
      return http.ended();
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void tooManyHeadersAreRefused() throws IOException {
    List<String> headers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      headers.add("X-" + i + ": 1");
    }
    var answer = frontend.send("POST", INVOKE, "", headers.toArray(String[]::new));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("more than 100 headers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 0x5",
        "Content-Length: five",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        " folded: value",
        "no colon here",
        "X: \u0000",
      })
  void ambiguousFramingIsRefusedAndTheConnectionEnded(String headers) throws IOException {
    try (var http = frontend.connect()) {
      http.write(head(headers) + "1\r\nA\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n");
      var answer = http.read();
      assertThat(answer.status()).isIn(400, 411, 413, 501);
      assertThat(answer.text()).isNotEmpty();
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void aChunkedBodyIsRefusedBeforeItIsRead() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("Transfer-Encoding: chunked") + "7fffffff\r\n");
      var answer = http.read();
      assertThat(answer.status()).isEqualTo(411);
      assertThat(answer.text()).contains("Send the body with a Content-Length");
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void anAbsurdLengthIsRefusedWithoutMemory() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 1073741824"));
      assertThat(http.read().status()).isEqualTo(413);
    }
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 9223372036854775807"));
      assertThat(http.read().status()).isEqualTo(413);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 1") + "1" + head("Content-Length: 1") + "2" + head());
      assertThat(http.read().text()).isEqualTo("1");
      assertThat(http.read().text()).isEqualTo("2");
      assertThat(http.read().text()).isEqualTo("{}");
    }
  }

  @Test
  void pipelinedGarbageEndsTheConnection() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 1") + "1" + "\u0001\u0002garbage\r\n\r\n");
      assertThat(http.read().text()).isEqualTo("1");
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void randomBytesEndTheConnection() throws IOException {
    long seed = System.nanoTime();
    System.out.println("HostileRequestsTest seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      try (var http = frontend.connect()) {
        byte[] bytes = new byte[1 + random.nextInt(2_000)];
        random.nextBytes(bytes);
        http.write(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) + "\r\n\r\n");
        assertThat(http.ended()).isTrue();
      }
    }
  }

  @Test
  void aSilentConnectionIsCut() throws IOException {
    try (var http = frontend.connect()) {
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void aHeadThatStopsHalfWayIsCut() throws IOException {
    try (var http = frontend.connect()) {
      http.write("POST " + INVOKE + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Sl");
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void aBodyThatStopsHalfWayIsCut() throws IOException {
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 100") + "{");
      assertThat(http.ended()).isTrue();
    }
  }

  @Test
  void aBodyThatTricklesIsCutWhenItsTimeIsOver() throws IOException, InterruptedException {
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 1000"));
      // Never silent for as long as idleTimeout, and yet never done: bodyTimeout is what ends it.
      boolean cut = false;
      for (int i = 0; i < 100 && !cut; i++) {
        Thread.sleep(100);
        try {
          http.write("x");
        } catch (IOException e) {
          cut = true;
        }
      }
      assertThat(cut).isTrue();
    }
  }

  @Test
  void aSlowAnswerEndsItsConnectionRatherThanLeaveOneThatIsAboutToBeCut() throws IOException {
    frontend.invoker((function, invocation) -> {
      // A fifth of idleTimeout is slow.
      boolean never = new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
      assertThat(never).isFalse();
      return TestFrontend.ECHO.invoke(function, invocation);
    });
    var slow = frontend.send("POST", INVOKE, "1");
    assertThat(slow.text()).isEqualTo("1");
    assertThat(slow.header("Connection")).contains("close");
    frontend.invoker(TestFrontend.ECHO);
    assertThat(frontend.send("POST", INVOKE, "1").header("Connection")).contains("keep-alive");
  }

  @Test
  void aClientThatLeavesWhileItsFunctionRunsHurtsNobody() throws IOException {
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    frontend.invoker((function, invocation) -> {
      entered.countDown();
      leave.await();
      return TestFrontend.ECHO.invoke(function, invocation);
    });
    try (var http = frontend.connect()) {
      http.write(head("Content-Length: 1") + "1");
      assertThatNoException(entered);
    }
    leave.countDown();
  }

  private static void assertThatNoException(CountDownLatch latch) {
    org.assertj.core.api.Assertions.assertThatCode(latch::await).doesNotThrowAnyException();
  }

  @Test
  void moreRequestsThanAllowedAreThrottled() throws IOException, InterruptedException {
    var entered = new CountDownLatch(4);
    var leave = new CountDownLatch(1);
    frontend.invoker((function, invocation) -> {
      entered.countDown();
      leave.await();
      return TestFrontend.ECHO.invoke(function, invocation);
    });
    List<RawHttp> busy = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        var http = frontend.connect();
        busy.add(http);
        http.write(head("Content-Length: 1") + "1");
      }
      entered.await();
      var answer = frontend.send("POST", INVOKE, "1");
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.errorType()).isEqualTo("TooManyRequestsException");
      leave.countDown();
      for (RawHttp http : busy) {
        assertThat(http.read().status()).isEqualTo(200);
      }
    } finally {
      leave.countDown();
      for (RawHttp http : busy) {
        http.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/2015-03-31/functions/../../etc/passwd, 404",
    "/2015-03-31/functions/..%2F..%2Fetc%2Fpasswd, 400",
    "/2015-03-31/functions/%00, 400",
    "/2015-03-31/functions/..;/f, 404",
    "//2015-03-31/functions/f, 404",
    "/2015-03-31//functions/f, 404",
    "/2015-03-31/functions/f%, 400",
    "/_thaw/code/../status, 403",
    "/_thaw/code/..%2f..%2fetc%2fpasswd?expires=9999999999&signature=00, 403",
    "/_thaw/../2015-03-31/functions/f, 404",
  })
  void pathTricksLeadNowhere(String path, int status) throws IOException {
    var answer = frontend.send("GET", path, "");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.text()).doesNotContain("root:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"FunctionName\":1}",
        "{\"Timeout\":1e999}",
        "{\"Timeout\":99999999999999999999}",
        "{\"Code\":{\"ZipFile\":\"%%%\"}}",
        "\u0000",
        "nonsense",
        "{\"FunctionName\":\"f\",}"
      })
  void aDocumentThatIsNoneIsASerializationError(String body) throws IOException {
    var answer = frontend.send("POST", "/2015-03-31/functions", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errorType()).isEqualTo("SerializationException");
  }

  @Test
  void deepNestingIsASerializationError() throws IOException {
    var answer =
        frontend.send("POST", "/2015-03-31/functions", "{\"Tags\":" + "[".repeat(1_000_000));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errorType()).isEqualTo("SerializationException");
  }

  @Test
  void aDocumentBeyondTheBoundIsRefusedByItsLength() throws IOException {
    try (var http = frontend.connect()) {
      http.write(
          "POST /2015-03-31/functions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 70167212\r\n\r\n");
      var answer = http.read();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.errorType()).isEqualTo("RequestEntityTooLargeException");
      assertThat(answer.text())
          .contains("Request must be smaller than 70167211 bytes for the CreateFunction operation");
    }
  }

  @Test
  void anotherAddressThanLoopbackStopsTheStart() {
    assertThatThrownBy(() -> ListenAddress.parse("0.0.0.0:9000"))
        .hasMessageContaining("not authenticated yet");
  }
}
