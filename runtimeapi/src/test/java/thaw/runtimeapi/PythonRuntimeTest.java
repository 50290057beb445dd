package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.Invocation;
import thaw.model.Limits;

/** What a handler of the python runtime is given, and what becomes of its answer. */
@Timeout(120)
final class PythonRuntimeTest {
  private static final String ECHO =
      """
      def handler(event, context):
          return event
      """;

  @TempDir Path taskRoot;

  @Test
  void aHandlerGetsTheEventAndItsAnswerComesBackAsUtf8() throws Exception {
    try (PythonFunction function = PythonFunction.of(taskRoot, ECHO)) {
      assertThat(function.init()).isEqualTo("Ready[]");
      assertThat(function.invoke(" {\"a\": [1, 2.5, true, null], \"é\": \"\\u00fc €😀\\n\"}\n"))
          .isEqualTo("{\"a\": [1, 2.5, true, null], \"é\": \"ü €😀\\n\"}");
      assertThat(function.invoke("\"text\"")).isEqualTo("\"text\"");
      assertThat(function.invoke("null")).isEqualTo("null");
    }
  }

  @Test
  void theLargestPayloadsPass() throws Exception {
    String event = "\"" + "é".repeat(Limits.PAYLOAD_BYTES / 2 - 1) + "\"";
    try (PythonFunction function = PythonFunction.of(taskRoot, ECHO)) {
      assertThat(function.invoke(event)).isEqualTo(event);
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsReportedAndTheProcessGoesOn() throws Exception {
    String source =
        """
        def handler(event, context):
            return "x" * event
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      int length = RuntimeApi.MAX_RESPONSE_BYTES - 1;
      assertThat(function.invoke("" + length)).isEqualTo("TooLarge[bytes=6291557]");
      assertThat(function.invoke("3")).isEqualTo("\"xxx\"");
      assertThat(function.out()).contains("Http response code: 413.");
    }
  }

  @Test
  void decimalsKeepTheirDigits() throws Exception {
    String source =
        """
        from decimal import Decimal

        def handler(event, context):
            return {"price": Decimal("1.10"), "n": [Decimal(7), Decimal("1E+3")], "s": "x"}
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{}"))
          .isEqualTo("{\"price\": 1.10, \"n\": [7, 1E+3], \"s\": \"x\"}");
    }
  }

  @Test
  void bytesAreSentAsTheyAre() throws Exception {
    String source =
        """
        def handler(event, context):
            return b"not json"
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("not json");
    }
  }

  @Test
  void theContextHasAwsAttributes() throws Exception {
    String source =
        """
        def handler(event, context):
            c = context.client_context
            return [
                context.aws_request_id, context.function_name, context.function_version,
                context.memory_limit_in_mb, context.invoked_function_arn,
                context.log_group_name, context.log_stream_name,
                1000 < context.get_remaining_time_in_millis() <= 30000,
                context.identity.cognito_identity_id,
                c and [c.client.app_title, c.client.installation_id, c.custom, c.env],
            ]
        """;
    String start =
        "[\"id-1\", \"my-function\", \"$LATEST\", \"256\", \""
            + Invocations.ARN
            + "\", \"/aws/lambda/my-function\", \"2026/11/23/[$LATEST]0\", true, null, ";
    String clientContext =
        "{\"client\":{\"app_title\":\"Tïtle\"},\"custom\":{\"k\":\"v\"},\"env\":{\"e\":1}}";
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo(start + "null]");
      Invocation withContext =
          new Invocation(
              "id-1",
              "{}".getBytes(StandardCharsets.UTF_8),
              Optional.of(clientContext),
              "",
              Invocations.ARN);
      assertThat(function.invoke(withContext))
          .isEqualTo(start + "[\"Tïtle\", null, {\"k\": \"v\"}, {\"e\": 1}]]");
    }
  }

  @Test
  void theEnvironmentTheTraceAndThePathsAreThere() throws Exception {
    String source =
        """
        import os, sys

        def handler(event, context):
            return [os.environ["GREETING"], os.environ.get("_X_AMZN_TRACE_ID"), os.getcwd(),
                    sys.path[0], sys.path[1].startswith("/opt/python/lib/python3."), sys.path[2],
                    os.environ["AWS_REGION"], callable(exit)]
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      String root = "\"" + taskRoot.toRealPath() + "\", ";
      assertThat(function.invoke("{}"))
          .isEqualTo(
              "[\"Grüße\", \"Root=1-2-3\", "
                  + root
                  + root
                  + "true, \"/opt/python\", \"eu-central-1\", true]");
      Invocation untraced =
          new Invocation("id-2", new byte[] {'1'}, Optional.empty(), "", Invocations.ARN);
      assertThat(function.invoke(untraced)).startsWith("[\"Grüße\", null, ");
    }
  }

  @Test
  void handlersLieInPackagesOrDirectories() throws Exception {
    PythonFunction.write(taskRoot, "deep/down/module.py", ECHO);
    for (String handler : new String[] {"deep/down/module.handler", "deep.down.module.handler"}) {
      try (PythonFunction function = new PythonFunction(taskRoot, handler, Map.of())) {
        assertThat(function.invoke("7")).isEqualTo("7");
      }
    }
  }

  @Test
  void stateStaysBetweenInvocations() throws Exception {
    String source =
        """
        count = 0

        def handler(event, context):
            global count
            count += 1
            return count
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      for (int i = 1; i <= 100; i++) {
        assertThat(function.invoke("{}")).isEqualTo("" + i);
      }
    }
  }

  @Test
  void aProcessThatLeavesIsAnExit() throws Exception {
    String source =
        """
        import sys

        def handler(event, context):
            print("goodbye", end="")
            sys.exit(7)
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("Exited[]");
      assertThat(function.exitCode()).isEqualTo(7);
      assertThat(function.out()).isEqualTo("goodbye");
    }
  }

  @Test
  void aHandlerThatNeverReturnsTimesOutAndItsLinesAreNotLost() throws Exception {
    String source =
        """
        import threading

        def handler(event, context):
            print("before")
            threading.Event().wait()
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      function.init();
      CompletableFuture<RuntimeOutcome> outcome =
          Invocations.start(function.api, Invocations.of("id", "{}"), Duration.ofSeconds(1));
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TimedOut());
      assertThat(function.out()).isEqualTo("before\n");
    }
  }

  @Test
  void anUnusedLoggingAndJsonAreNotImported() throws Exception {
    String source =
        """
        import sys

        def handler(event, context):
            dear = {"logging", "json", "re", "enum", "socket", "http", "traceback", "site"}
            return sorted(dear & sys.modules.keys())
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{\"a\": 1}")).isEqualTo("[]");
    }
  }
}
