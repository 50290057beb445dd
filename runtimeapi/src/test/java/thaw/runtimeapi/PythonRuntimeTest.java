package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  void jsonIsReadAndWrittenAsByPythonsOwn() throws Exception {
    String source =
        """
        import json, random
        from thaw_runtime import json_format

        TEXTS = ["", "a", "\\"q\\"", "back\\\\slash", "\\x00\\x1f\\x7f\\b\\f\\n\\r\\t", "\\u00fc\\u2744", "\\U0001f40d", "\\ud800", "/"]
        NUMBERS = [0, -1, 7, 10**17, 10**18 - 1, -10**18, 2**63 - 1, -2**63, 2**63, 10**30, 1.5, -0.0, 1e300]

        def value(depth):
            kind = draw.randrange(9 if depth < 4 else 6)
            if kind < 3:
                return draw.choice([True, False, None])
            if kind < 5:
                return draw.choice(TEXTS if draw.random() < 0.99 else TEXTS[:7])
            if kind < 6:
                return draw.choice(NUMBERS)
            members = [value(depth + 1) for _ in range(draw.randrange(4))]
            if kind == 6:
                return members
            if kind == 7:
                return tuple(members)
            return {draw.choice(TEXTS + [1, None, True, 1.5] * (draw.random() < 0.05)): member for member in members}

        def refuse(name):
            raise ValueError(name)

        def outcome(function, argument):
            try:
                return repr(function(argument))
            except (ValueError, TypeError, RecursionError) as error:
                return type(error).__name__

        def check(ours, pythons, argument):
            here, there = outcome(ours, argument), outcome(pythons, argument)
            if here != there:
                raise AssertionError(f"{argument!r}: {here}, but {there}")

        def dump(value):
            return json.dumps(value, ensure_ascii=False).encode()

        def load(text):
            return json.loads(str(text, "utf-8"), parse_constant=refuse)

        def handler(event, context):
            global draw
            draw = random.Random(event)
            for _ in range(3000):
                one = value(0)
                check(json_format.encode, dump, one)
                text = json.dumps(one, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1, "\\t"]))
                text = text.encode("utf-8", "surrogatepass")
                check(json_format.decode, load, text)
                for _ in range(3):
                    at = draw.randrange(len(text))
                    put = draw.choice([b"", b'"', b"\\\\", b"{", b"]", b",", b"0", b"-", b".", b"e1", b" ", b"\\n", b"\\xff", b"NaN", b"tru"])
                    check(json_format.decode, load, text[:at] + put + text[at + draw.randrange(2):])
            for depth in (63, 64, 65, 200, 100_000):
                check(json_format.decode, load, b"[" * depth + b"]" * depth)
                check(json_format.decode, load, b'{"a":' * depth + b"1" + b"}" * depth)
            deep = []
            for _ in range(200):
                deep = {"a": [deep]}
            check(json_format.encode, dump, deep)
            return "alike"
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      for (int seed = 0; seed < 5; seed++) {
        assertThat(function.invoke("" + seed)).as("seed " + seed).isEqualTo("\"alike\"");
      }
    }
  }

  @Test
  void aContextCanBeListedPrintedAndChanged() throws Exception {
    String source =
        """
        def handler(event, context):
            identity = context.identity
            before = [list(vars(context)), repr(context), repr(identity), hasattr(identity, "other")]
            context.extra = context.function_name = "mine"
            identity.cognito_identity_id = "somebody"
            return before + [context.extra, context.function_name, identity.cognito_identity_id]
        """;
    String fields =
        "aws_request_id=id-1,log_group_name=/aws/lambda/my-function,"
            + "log_stream_name=2026/11/23/[$LATEST]0,function_name=my-function,"
            + "memory_limit_in_mb=256,function_version=$LATEST,invoked_function_arn="
            + Invocations.ARN
            + ",tenant_id=None,client_context=None,identity=";
    String identity = "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])";
    String names =
        Stream.of((fields + ",_deadline_millis=").split(","))
            .map(field -> "\"" + field.substring(0, field.indexOf('=')) + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      for (int i = 0; i < 2; i++) {
        assertThat(function.invoke("{}"))
            .isEqualTo(
                "["
                    + names
                    + ", \"LambdaContext(["
                    + fields
                    + identity
                    + "])\""
                    + ", \""
                    + identity
                    + "\", false, \"mine\", \"mine\", \"somebody\"]");
      }
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
