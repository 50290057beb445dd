package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import tools.jackson.databind.JsonNode;

/** Functions in real VMs, through the AWS SDK for Java 2; a subclass has them in containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LambdaEndToEndTest {
  private static final int SIX_MEBIBYTES = 6 << 20;

  /** AWS's limit of an answer. */
  private static final int MAX_RESPONSE_BYTES = SIX_MEBIBYTES + 100;

  @RegisterExtension final ThawPlatform thaw = ThawPlatform.with("none", "driver=" + driver());

  /** The driver that the functions run on. */
  String driver() {
    return "microvm";
  }

  @BeforeAll
  void createFunctions() {
    Functions.python(
        thaw,
        "facts",
        "facts",
        function ->
            function
                .memorySize(512)
                .ephemeralStorage(storage -> storage.size(700))
                .environment(e -> e.variables(Map.of("COLOUR", "grün"))));
    Functions.python(thaw, "failures", "failures");
  }

  @Test
  void aFunctionsLife() throws IOException {
    String source = Files.readString(Path.of("..", "examples", "hello-python", "app.py"));
    Functions.create(
        thaw,
        "hello-python",
        Zips.of("app.py", source),
        function -> function.runtime("python3.13").handler("app.handler"));
    String event = "{\"name\":\"Ada\"}";

    Answer cold = Functions.invoke(thaw, "hello-python", event);
    assertThat(cold.error()).isEmpty();
    assertThat(cold.json().path("message").asString()).isEqualTo("Hello, Ada!");
    assertThat(cold.json().path("requestId").asString()).isEqualTo(cold.requestId());
    assertThat(cold.response().executedVersion()).isEqualTo("$LATEST");
    assertThat(cold.log())
        .containsSubsequence(
            "START RequestId: " + cold.requestId() + " Version: $LATEST\n",
            "greeting Ada",
            "END RequestId: " + cold.requestId() + "\n",
            "REPORT RequestId: " + cold.requestId());
    assertThat(cold.report().group("origin")).isIn("boot", "base", "runtime");
    assertThat(cold.report().group("init")).isNotNull();
    assertThat(cold.report().group("memory")).isEqualTo("256");
    assertThat(Integer.parseInt(cold.report().group("used"))).isBetween(1, 256);

    Answer warm = Functions.invoke(thaw, "hello-python", event);
    assertThat(warm.report().group("origin")).isEqualTo("warm");
    assertThat(warm.report().group("init")).isNull();
    assertThat(warm.serverTiming()).contains("sandbox;dur=0.000", "init;dur=0.000");

    thaw.lambda()
        .updateFunctionConfiguration(request ->
            request
                .functionName("hello-python")
                .environment(e -> e.variables(Map.of("GREETING", "Good morning"))));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("hello-python"));
    assertThat(Functions.invoke(thaw, "hello-python", event).json().path("message").asString())
        .isEqualTo("Good morning, Ada!");

    String changed = source.replace("\"message\": f\"", "\"message\": f\"Again: ");
    thaw.lambda()
        .updateFunctionCode(
            r -> r.functionName("hello-python").zipFile(Zips.of("app.py", changed)));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("hello-python"));
    assertThat(Functions.invoke(thaw, "hello-python", event).json().path("message").asString())
        .isEqualTo("Again: Good morning, Ada!");

    thaw.lambda().deleteFunction(request -> request.functionName("hello-python"));
    assertThatThrownBy(() -> Functions.invoke(thaw, "hello-python", event))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining("Function not found:");
  }

  @Test
  void aDryRunStartsNothing() {
    var answer =
        thaw.lambda().invoke(r -> r.functionName("facts").invocationType(InvocationType.DRY_RUN));
    assertThat(answer.statusCode()).isEqualTo(204);
  }

  @Test
  void aHandlerSeesWhatAwsLetsItSee() {
    Answer answer = Functions.invoke(thaw, "facts", "{\"do\":\"environment\"}");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode seen = answer.json();
    assertThat(seen.path("functionName").asString()).isEqualTo("facts");
    assertThat(seen.path("functionVersion").asString()).isEqualTo("$LATEST");
    assertThat(seen.path("arn").asString())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:facts");
    assertThat(seen.path("memoryLimit").asString()).isEqualTo("512");
    assertThat(seen.path("requestId").asString()).isEqualTo(answer.requestId());
    assertThat(seen.path("logGroup").asString()).isEqualTo("/aws/lambda/facts");
    // The deadline is the host's, what remains is read off the guest's clock, which may be behind.
    assertThat(seen.path("remainingMillis").asInt())
        .isBetween(1, Functions.PATIENT_SECONDS * 1000 + 1000);
    assertThat(seen.path("directory").asString()).isEqualTo("/var/task");
    JsonNode variables = seen.path("variables");
    assertThat(variables.path("COLOUR").asString()).isEqualTo("grün");
    assertThat(variables.path("AWS_LAMBDA_FUNCTION_NAME").asString()).isEqualTo("facts");
    assertThat(variables.path("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").asString()).isEqualTo("512");
    assertThat(variables.path("AWS_EXECUTION_ENV").asString()).isEqualTo("AWS_Lambda_python3.13");
    assertThat(variables.path("AWS_REGION").asString()).isEqualTo("us-east-1");
    assertThat(variables.path("_HANDLER").asString()).isEqualTo("facts.handler");
  }

  @Test
  void aFunctionIsUnprivilegedOnAReadOnlyRootWithoutNetwork() {
    Answer answer = Functions.invoke(thaw, "facts", "{\"do\":\"isolation\"}");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode seen = answer.json();
    assertThat(seen.path("uid").values()).allMatch(id -> id.asInt() == 993).hasSize(3);
    assertThat(seen.path("gid").values()).allMatch(id -> id.asInt() != 0).hasSize(3);
    assertThat(seen.path("capabilities").properties())
        .allSatisfy(set -> assertThat(set.getValue().asString()).matches("0+"))
        .hasSize(5);
    assertThat(seen.path("readOnly").properties())
        .allSatisfy(path ->
            assertThat(path.getValue().asString())
                .as(path.getKey())
                .isIn("Read-only file system", "Permission denied"))
        .hasSize(6);
    assertThat(seen.path("mount").asString()).isEqualTo("Operation not permitted");
    assertThat(seen.path("becomeRoot").asString()).isEqualTo("Operation not permitted");
    assertThat(seen.path("interfaces").toString()).isEqualTo("[\"lo\"]");
  }

  @Test
  void temporaryStorageHasItsSizeAndLastsAsLongAsTheSandbox() {
    JsonNode first =
        Functions.invoke(thaw, "facts", "{\"do\":\"temporary\",\"keep\":\"one\"}").json();
    JsonNode second =
        Functions.invoke(thaw, "facts", "{\"do\":\"temporary\",\"keep\":\"two\"}").json();
    assertThat(first.path("mebibytes").asInt()).isBetween(630, 700);
    assertThat(second.path("sandbox")).isEqualTo(first.path("sandbox"));
    assertThat(second.path("before").asString()).isEqualTo("one");
  }

  @Test
  void sixMebibytesPassBothWays() {
    String largest = "\"" + "x".repeat(SIX_MEBIBYTES - 2) + "\"";
    Functions.create(
        thaw,
        "echo",
        Zips.of("echo.py", "def handler(event, context):\n    return event\n"),
        function -> function.runtime("python3.13").handler("echo.handler"));
    var answer =
        thaw.lambda().invoke(r -> r.functionName("echo").payload(SdkBytes.fromUtf8String(largest)));
    assertThat(answer.functionError()).isNull();
    assertThat(answer.payload().asUtf8String().equals(largest)).isTrue();
    thaw.lambda().deleteFunction(request -> request.functionName("echo"));
  }

  @Test
  void anAnswerThatIsTooLargeIsAnErrorAndTheSandboxGoesOn() {
    String event = "{\"do\":\"large\",\"bytes\":%d}";
    Answer tooLarge = Functions.invoke(thaw, "facts", event.formatted(MAX_RESPONSE_BYTES + 1));
    assertThat(tooLarge.error()).contains("Unhandled");
    assertThat(tooLarge.json().path("errorType").asString())
        .isEqualTo("Function.ResponseSizeTooLarge");
    assertThat(tooLarge.json().path("errorMessage").asString())
        .isEqualTo("Response payload size exceeded maximum allowed payload size (6291556 bytes).");

    Answer largest = Functions.invoke(thaw, "facts", event.formatted(MAX_RESPONSE_BYTES));
    assertThat(largest.error()).isEmpty();
    assertThat(largest.response().payload().asByteArray()).hasSize(MAX_RESPONSE_BYTES);
  }

  @Test
  void anExceptionComesBackWithTypeMessageAndStack() {
    Answer answer = Functions.invoke(thaw, "failures", "{\"how\":\"raise\",\"what\":\"entry\"}");
    assertThat(answer.response().statusCode()).isEqualTo(200);
    assertThat(answer.error()).contains("Unhandled");
    assertThat(answer.json().path("errorType").asString()).isEqualTo("Refused");
    assertThat(answer.json().path("errorMessage").asString()).isEqualTo("no entry");
    assertThat(answer.json().path("requestId").asString()).isEqualTo(answer.requestId());
    assertThat(answer.json().path("stackTrace").toString())
        .contains("/var/task/failures.py", "in handler");
    assertThat(answer.log()).contains("[ERROR] Refused: no entry", "Traceback");
  }

  @Test
  void anAnswerThatJsonLacksIsAMarshalError() {
    Answer answer = Functions.invoke(thaw, "failures", "{\"how\":\"unserializable\"}");
    assertThat(answer.error()).contains("Unhandled");
    assertThat(answer.json().path("errorType").asString()).isEqualTo("Runtime.MarshalError");
  }

  @Test
  void aProcessThatExitsIsAnExitErrorAndTheNextInvocationIsServed() {
    for (String exit : List.of("{\"how\":\"exit\",\"code\":3}", "{\"how\":\"kill\"}")) {
      Answer answer = Functions.invoke(thaw, "failures", exit);
      assertThat(answer.error()).contains("Unhandled");
      assertThat(answer.json().path("errorType").asString()).isEqualTo("Runtime.ExitError");
      assertThat(answer.json().path("errorMessage").asString())
          .isEqualTo(
              "RequestId: %s Error: Runtime exited with error: %s"
                  .formatted(
                      answer.requestId(),
                      exit.contains("kill") ? "signal: killed" : "exit status 3"));
      assertThat(answer.report().group("status")).isEqualTo("error");
      assertThat(answer.report().group("error")).isEqualTo("Runtime.ExitError");

      Answer next = Functions.invoke(thaw, "failures", "{\"how\":\"none\"}");
      assertThat(next.text()).isEqualTo("\"fine\"");
    }
  }

  @Test
  void aHandlerThatTakesTooLongTimesOutAndTheNextInvocationIsServed() {
    Functions.python(thaw, "sleeper", "failures", function -> function.timeout(3));
    Answer answer = Functions.invoke(thaw, "sleeper", "{\"how\":\"sleep\",\"seconds\":10000}");
    assertThat(answer.error()).contains("Unhandled");
    assertThat(answer.json().path("errorType").asString()).isEqualTo("Sandbox.Timedout");
    assertThat(answer.json().path("errorMessage").asString())
        .isEqualTo(
            "RequestId: %s Error: Task timed out after 3.00 seconds".formatted(answer.requestId()));
    assertThat(answer.log()).contains(answer.requestId() + " Task timed out after 3.00 seconds");
    assertThat(answer.report().group("status")).isEqualTo("timeout");
    // Its runtime starts anew within three seconds, which a busy host may not manage at once.
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(() ->
            assertThat(Functions.invoke(thaw, "sleeper", "{\"how\":\"none\"}").text())
                .isEqualTo("\"fine\""));
    thaw.lambda().deleteFunction(request -> request.functionName("sleeper"));
  }

  @Test
  void codeThatCannotBeLoadedIsToldAsAwsTellsIt() {
    Functions.python(thaw, "unloadable", "facts", function -> function.handler("facts.nobody"));
    Answer noHandler = Functions.invoke(thaw, "unloadable", "{}");
    assertThat(noHandler.error()).contains("Unhandled");
    assertThat(noHandler.json().path("errorType").asString()).isEqualTo("Runtime.HandlerNotFound");
    assertThat(noHandler.json().path("errorMessage").asString())
        .isEqualTo("Handler 'nobody' missing on module 'facts'");

    thaw.lambda()
        .updateFunctionConfiguration(
            request -> request.functionName("unloadable").handler("nowhere.handler"));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("unloadable"));
    Answer noModule = Functions.invoke(thaw, "unloadable", "{}");
    assertThat(noModule.error()).contains("Unhandled");
    assertThat(noModule.json().path("errorType").asString()).isEqualTo("Runtime.ImportModuleError");
    assertThat(noModule.json().path("errorMessage").asString())
        .isEqualTo("Unable to import module 'nowhere': No module named 'nowhere'");
    thaw.lambda().deleteFunction(request -> request.functionName("unloadable"));
  }
}
