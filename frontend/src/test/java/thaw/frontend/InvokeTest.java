package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.model.ErrorCode;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.model.InvocationTimings;
import thaw.model.LambdaException;

class InvokeTest {
  private static final String INVOKE = "/2015-03-31/functions/f/invocations";

  @TempDir static Path directory;
  private static TestFrontend frontend;

  @BeforeAll
  static void start() throws IOException {
    frontend = TestFrontend.start(directory);
    frontend.createActive("f");
  }

  @AfterAll
  static void stop() throws IOException {
    frontend.close();
  }

  @BeforeEach
  void echo() {
    frontend.invoker(TestFrontend.ECHO);
  }

  @Test
  void answersWithWhatTheFunctionReturned() throws IOException {
    var answer = frontend.send("POST", INVOKE, "{\"name\":\"Ada\"}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"name\":\"Ada\"}");
    assertThat(answer.header("X-Amz-Executed-Version")).contains("$LATEST");
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.header("X-Amzn-RequestId").orElseThrow()).matches("[0-9a-f-]{36}");
    assertThat(answer.header("X-Amz-Function-Error")).isEmpty();
    assertThat(answer.header("X-Amz-Log-Result")).isEmpty();
    assertThat(answer.header("Server-Timing"))
        .contains("sandbox;dur=0.000, init;dur=0.000, handler;dur=1.234");
  }

  @Test
  void handsTheInvocationToTheWorker() throws IOException {
    var invocations = new CompletableFuture<Invocation>();
    var functions = new CompletableFuture<FunctionVersion>();
    frontend.invoker((version, invocation) -> {
      invocations.complete(invocation);
      functions.complete(version);
      return TestFrontend.ECHO.invoke(version, invocation);
    });
    String context =
        Base64.getEncoder().encodeToString("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    var answer =
        frontend.send(
            "POST",
            "/2015-03-31/functions/000000000000%3Afunction%3Af/invocations?Qualifier=%24LATEST",
            "not even JSON",
            "X-Amz-Client-Context: " + context,
            "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Amzn-Trace-Id"))
        .contains("Root=1-5759e988-bd862e3fe1be46a994272793");
    Invocation invocation = invocations.join();
    FunctionVersion function = functions.join();
    assertThat(new String(invocation.payload(), StandardCharsets.UTF_8)).isEqualTo("not even JSON");
    assertThat(invocation.clientContext()).contains("{\"a\":1}");
    assertThat(invocation.traceId()).isEqualTo("Root=1-5759e988-bd862e3fe1be46a994272793");
    assertThat(invocation.requestId()).isEqualTo(answer.header("X-Amzn-RequestId").orElseThrow());
    assertThat(invocation.invokedFunctionArn())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST");
    assertThat(function.name()).isEqualTo("f");
    assertThat(function.runtime()).isEqualTo("python3.13");
  }

  @Test
  void anEmptyPayloadIsAnEmptyObject() throws IOException {
    assertThat(frontend.send("POST", INVOKE, "").text()).isEqualTo("{}");
  }

  @Test
  void aTraceIdIsMadeIfTheClientSentNoUsableOne() throws IOException {
    assertThat(frontend.send("POST", INVOKE, "").header("X-Amzn-Trace-Id").orElseThrow())
        .startsWith("Root=1-");
    assertThat(
            frontend
                .send("POST", INVOKE, "", "X-Amzn-Trace-Id: " + "x".repeat(1000))
                .header("X-Amzn-Trace-Id")
                .orElseThrow())
        .startsWith("Root=1-");
  }

  @Test
  void tailLogIsAHeaderInBase64() throws IOException {
    var answer = frontend.send("POST", INVOKE, "1", "X-Amz-Log-Type: Tail");
    assertThat(answer.header("X-Amz-Log-Result"))
        .contains(Base64.getEncoder().encodeToString("the log\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theWorkerHearsWhetherTheClientWantsTheTail() throws IOException {
    frontend.invoker((version, invocation) ->
        new InvocationResult(
            String.valueOf(invocation.tail()).getBytes(StandardCharsets.UTF_8),
            Optional.empty(),
            new byte[0],
            new InvocationTimings(0, 0, 1)));
    assertThat(frontend.send("POST", INVOKE, "1", "X-Amz-Log-Type: Tail").text()).isEqualTo("true");
    assertThat(frontend.send("POST", INVOKE, "1").text()).isEqualTo("false");
  }

  @Test
  void aFailedFunctionIsASuccessfulAnswerWithAHeader() throws IOException {
    byte[] document = "{\"errorMessage\":\"boom\"}".getBytes(StandardCharsets.UTF_8);
    frontend.invoker((version, invocation) ->
        new InvocationResult(
            document, Optional.of("Unhandled"), new byte[0], new InvocationTimings(3, 2, 1)));
    var answer = frontend.send("POST", INVOKE, "1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Amz-Function-Error")).contains("Unhandled");
    assertThat(answer.text()).isEqualTo("{\"errorMessage\":\"boom\"}");
  }

  @Test
  void aDryRunRunsNothing() throws IOException {
    frontend.invoker((version, invocation) -> {
      throw new AssertionError("invoked");
    });
    var answer = frontend.send("POST", INVOKE, "{}", "X-Amz-Invocation-Type: DryRun");
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("X-Amz-Executed-Version")).contains("$LATEST");
  }

  @Test
  void anEventIsRefusedUntilThereIsAQueue() throws IOException {
    var answer = frontend.send("POST", INVOKE, "{}", "X-Amz-Invocation-Type: Event");
    assertThat(answer.status()).isEqualTo(501);
    assertThat(answer.errorType()).isEqualTo("NotImplementedException");
    assertThat(answer.text()).contains("no durable queue");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Amz-Invocation-Type: Later|400|ValidationException|at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
        "X-Amz-Log-Type: Head|400|ValidationException|Value 'Head' at 'logType'",
        "X-Amz-Client-Context: %%%|400|InvalidRequestContentException|valid Base64-encoded JSON object",
        "X-Amz-Tenant-Id: t|400|InvalidParameterValueException|not enabled with tenancy",
        "X-Amz-Durable-Execution-Name: d|400|InvalidParameterValueException|not a durable function",
      })
  void headersAreChecked(String header, int status, String type, String message)
      throws IOException {
    var answer = frontend.send("POST", INVOKE, "{}", header);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.errorType()).isEqualTo(type);
    assertThat(answer.text()).contains(message);
  }

  @Test
  void headersThatMatterMayNotBeRepeated() throws IOException {
    var answer =
        frontend.send("POST", INVOKE, "{}", "X-Amz-Log-Type: Tail", "X-Amz-Log-Type: None");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("X-Amz-Log-Type header may be given only once");
  }

  @Test
  void aFunctionThatIsNotThereIsNotFound() throws IOException {
    var answer = frontend.send("POST", "/2015-03-31/functions/nobody/invocations", "{}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.errorType()).isEqualTo("ResourceNotFoundException");
    assertThat(answer.text())
        .isEqualTo(
            "{\"Type\":\"User\",\"Message\":\"Function not found:"
                + " arn:aws:lambda:us-east-1:000000000000:function:nobody\"}");
  }

  @Test
  void thereAreNoVersionsYet() throws IOException {
    var answer = frontend.send("POST", INVOKE + "?Qualifier=7", "{}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("function:f:7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"f:a", "us-west-2:f", "999999999999:function:f"})
  void namesAreHeldAgainstWhatIsServed(String name) throws IOException {
    var answer =
        frontend.send("POST", "/2015-03-31/functions/" + name + "/invocations?Qualifier=b", "{}");
    assertThat(answer.status()).isIn(400, 403, 404);
    assertThat(answer.errorType())
        .isIn(
            "InvalidParameterValueException", "AccessDeniedException", "ResourceNotFoundException");
  }

  @Test
  void payloadsEndAtSixMebibytes() throws IOException {
    byte[] largest = new byte[6 * 1024 * 1024];
    Arrays.fill(largest, (byte) ' ');
    try (var http = frontend.connect()) {
      assertThat(http.send("POST", INVOKE, largest).body()).isEqualTo(largest);
      var tooLarge = http.send("POST", INVOKE, new byte[largest.length + 1]);
      assertThat(tooLarge.status()).isEqualTo(413);
      assertThat(tooLarge.errorType()).isEqualTo("RequestTooLargeException");
      assertThat(tooLarge.text())
          .contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
      // The connection goes on: what was refused was drained.
      assertThat(http.send("POST", INVOKE, "1").text()).isEqualTo("1");
    }
  }

  @Test
  void aThrottledInvocationSaysWhy() throws IOException {
    frontend.invoker((version, invocation) -> {
      throw new LambdaException(ErrorCode.TOO_MANY_REQUESTS, "Rate Exceeded.");
    });
    var answer = frontend.send("POST", INVOKE, "{}");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.text())
        .isEqualTo(
            "{\"Type\":\"User\",\"Reason\":\"ConcurrentInvocationLimitExceeded\",\"message\":\"Rate"
                + " Exceeded.\"}");
  }

  @Test
  void anInternalErrorTellsTheClientNothingOfItsInsides() throws IOException {
    frontend.invoker((version, invocation) -> {
      throw new IllegalStateException("secret");
    });
    var answer = frontend.send("POST", INVOKE, "{}");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.errorType()).isEqualTo("ServiceException");
    assertThat(answer.text())
        .doesNotContain("secret")
        .contains(answer.header("X-Amzn-RequestId").orElseThrow());
  }
}
