package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import thaw.model.Invocation;
import thaw.model.Limits;

/** What a handler of the node runtimes is given, and what becomes of its answer. */
@Timeout(120)
final class NodeRuntimeTest {
  private static final String ECHO = "exports.handler = async (event) => event;\n";

  @TempDir Path taskRoot;

  static Stream<String> runtimes() {
    return NodeFunction.RUNTIMES.stream();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aHandlerGetsTheEventAndItsAnswerComesBackAsUtf8(String runtime) throws Exception {
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, ECHO)) {
      assertThat(function.init()).as(function.err()).isEqualTo("Ready[]");
      assertThat(function.invoke(" {\"a\": [1, 2.5, true, null], \"é\": \"\\u00fc €😀\\n\"}\n"))
          .isEqualTo("{\"a\":[1,2.5,true,null],\"é\":\"ü €😀\\n\"}");
      assertThat(function.invoke("\"text\"")).isEqualTo("\"text\"");
      assertThat(function.invoke("null")).isEqualTo("null");
      assertThat(function.err()).isEmpty();
    }
  }

  @Test
  void theLargestPayloadsPass() throws Exception {
    String event = "\"" + "é".repeat(Limits.PAYLOAD_BYTES / 2 - 1) + "\"";
    try (NodeFunction function = NodeFunction.of("nodejs24.x", taskRoot, ECHO)) {
      assertThat(function.invoke(event)).isEqualTo(event);
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsReportedAndTheProcessGoesOn() throws Exception {
    String source = "exports.handler = async (event) => 'x'.repeat(event);\n";
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      int length = RuntimeApi.MAX_RESPONSE_BYTES - 1;
      assertThat(function.invoke("" + length)).isEqualTo("TooLarge[bytes=6291557]");
      assertThat(function.invoke("3")).isEqualTo("\"xxx\"");
      assertThat(function.out()).contains("Http response code: 413.");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theContextHasAwsFields(String runtime) throws Exception {
    String source =
        """
        exports.handler = async (event, c) => [
          c.awsRequestId, c.functionName, c.functionVersion, c.memoryLimitInMB, c.invokedFunctionArn,
          c.logGroupName, c.logStreamName,
          1000 < c.getRemainingTimeInMillis() && c.getRemainingTimeInMillis() <= 30000,
          c.identity === undefined, c.clientContext ?? null,
          [c.callbackWaitsForEmptyEventLoop, typeof c.done, typeof c.succeed, typeof c.fail],
        ];
        """;
    String start =
        "[\"id-1\",\"my-function\",\"$LATEST\",\"256\",\""
            + Invocations.ARN
            + "\",\"/aws/lambda/my-function\",\"2026/11/23/[$LATEST]0\",true,true,";
    String end =
        runtime.equals("nodejs22.x")
            ? ",[true,\"function\",\"function\",\"function\"]]"
            : ",[null,\"undefined\",\"undefined\",\"undefined\"]]";
    String clientContext = "{\"client\":{\"app_title\":\"Tïtle\"},\"custom\":{\"k\":\"v\"}}";
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo(start + "null" + end);
      Invocation withContext =
          new Invocation(
              "id-1",
              "{}".getBytes(StandardCharsets.UTF_8),
              Optional.of(clientContext),
              "",
              Invocations.ARN);
      assertThat(function.invoke(withContext)).isEqualTo(start + clientContext + end);
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theEnvironmentAndTheTraceAreThere(String runtime) throws Exception {
    String source =
        """
        exports.handler = async () => [process.env.GREETING, process.env._X_AMZN_TRACE_ID ?? null,
          process.cwd(), process.env.AWS_EXECUTION_ENV, typeof gc];
        """;
    String rest = ",\"" + taskRoot.toRealPath() + "\",\"AWS_Lambda_" + runtime + "\",\"function\"]";
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("[\"Grüße\",\"Root=1-2-3\"" + rest);
      Invocation untraced =
          new Invocation("id-2", new byte[] {'1'}, Optional.empty(), "", Invocations.ARN);
      assertThat(function.invoke(untraced)).isEqualTo("[\"Grüße\",null" + rest);
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void handlersLieInDirectoriesObjectsAndModulesOfBothKinds(String runtime) throws Exception {
    String es = "const n = await Promise.resolve(7);\nexport const handler = async () => n;\n";
    FunctionProcess.write(
        taskRoot, "a/common.js", "exports.deep = {er: {handler: async () => 7}};");
    FunctionProcess.write(taskRoot, "b/module.mjs", es);
    FunctionProcess.write(taskRoot, "c/package.json", "{\"type\":\"module\"}");
    FunctionProcess.write(taskRoot, "c/typed.js", es);
    FunctionProcess.write(taskRoot, "c/plain.cjs", "exports.handler = async () => 7;");
    FunctionProcess.write(taskRoot, "node_modules/d/index.js", "exports.handler = async () => 7;");
    for (String handler :
        new String[] {
          "a/common.deep.er.handler",
          "b/module.handler",
          "c/typed.handler",
          "c/plain.handler",
          "d.handler"
        }) {
      try (NodeFunction function = new NodeFunction(runtime, taskRoot, handler, Map.of())) {
        assertThat(function.invoke("{}")).as(handler + function.out()).isEqualTo("7");
      }
    }
  }

  @Test
  void typeScriptIsLoadedByTheNewerRuntime() throws Exception {
    FunctionProcess.write(
        taskRoot, "index.ts", "exports.handler = async (event: number): Promise<number> => event;");
    try (NodeFunction function =
        new NodeFunction("nodejs24.x", taskRoot, "index.handler", Map.of())) {
      assertThat(function.invoke("7")).isEqualTo("7");
    }
  }

  @Test
  void aLayersModulesAreFoundByRequire() throws Exception {
    Path layer = taskRoot.resolve("layer");
    FunctionProcess.write(layer, "from-layer/index.js", "module.exports = 'found';");
    FunctionProcess.write(
        taskRoot,
        "index.js",
        "const found = require('from-layer');\nexports.handler = async () => found;\n");
    Map<String, String> path = Map.of("NODE_PATH", layer.toString());
    try (NodeFunction function = new NodeFunction("nodejs22.x", taskRoot, "index.handler", path)) {
      assertThat(function.invoke("{}")).isEqualTo("\"found\"");
    }
  }

  @Test
  void aHandlerWithoutAsyncAnswersWithItsValueInTheNewerRuntime() throws Exception {
    String source = "exports.handler = (event) => event + 1;\n";
    try (NodeFunction function = NodeFunction.of("nodejs24.x", taskRoot, source)) {
      assertThat(function.invoke("1")).isEqualTo("2");
    }
  }

  @Test
  void aHandlerWithoutAsyncThatCallsNothingAnswersNullInTheOlderRuntime() throws Exception {
    String source = "exports.handler = (event) => event + 1;\n";
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("1")).isEqualTo("null");
      assertThat(function.invoke("1")).isEqualTo("null");
    }
  }

  @Test
  void callbacksAndTheContextsMethodsAnswer() throws Exception {
    String source =
        """
        exports.handler = (event, context, callback) => {
          setImmediate(() => {
            if (event === 'callback') callback(null, 'called back');
            if (event === 'error') callback(new RangeError('called back'));
            if (event === 'text') callback('a text');
            if (event === 'succeed') context.succeed('succeeded');
            if (event === 'done') context.done(null, 'done');
            if (event === 'fail') context.fail();
            callback(null, 'the second call does not count');
          });
        };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("\"callback\"")).isEqualTo("\"called back\"");
      assertThat(function.invoke("\"error\"")).startsWith("RangeError {\"errorType\":\"RangeErr");
      assertThat(function.invoke("\"text\""))
          .isEqualTo("string {\"errorType\":\"string\",\"errorMessage\":\"a text\",\"trace\":[]}");
      assertThat(function.invoke("\"succeed\"")).isEqualTo("\"succeeded\"");
      assertThat(function.invoke("\"done\"")).isEqualTo("\"done\"");
      assertThat(function.invoke("\"fail\"")).startsWith("string {\"errorType\":\"string\",\"err");
    }
  }

  @Test
  void aCallbackWaitsForTheEventLoopUnlessItIsToldNotTo() throws Exception {
    String source =
        """
        let late = 'not yet';
        exports.handler = (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = event.wait;
          const last = late;
          late = 'not yet';
          let answer = { get late() { return late; }, last };
          setTimeout(() => { late = 'over'; }, 50);
          callback(null, answer);
        };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("{\"wait\":true}"))
          .isEqualTo("{\"late\":\"over\",\"last\":\"not yet\"}");
      assertThat(function.invoke("{\"wait\":false}"))
          .isEqualTo("{\"late\":\"not yet\",\"last\":\"over\"}");
    }
  }

  @Test
  void aStreamedAnswerIsGatheredAndGoesOutAsOne() throws Exception {
    String source =
        """
        const { pipeline } = require('node:stream/promises');
        const { Readable } = require('node:stream');
        exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
          if (event.http) {
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
          }
          await pipeline(Readable.from(['one ', Buffer.from('two '), 'drei ü']), stream);
        });
        """;
    for (String runtime : NodeFunction.RUNTIMES) {
      try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
        assertThat(function.invoke("{}")).isEqualTo("one two drei ü");
        assertThat(function.invoke("{\"http\":true}"))
            .isEqualTo(
                "{\"statusCode\":201,\"headers\":{\"a\":\"b\"}}"
                    + "\0".repeat(8)
                    + "one two drei ü");
      }
    }
  }

  @Test
  void aStreamThatIsNotFinishedIsAnError() throws Exception {
    String source =
        """
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          stream.write('begun');
          if (event.fail) throw new RangeError('in the middle');
        });
        """;
    try (NodeFunction function = NodeFunction.of("nodejs24.x", taskRoot, source)) {
      assertThat(function.invoke("{}")).contains("Response stream is not finished.");
      assertThat(function.invoke("{\"fail\":1}")).startsWith("RangeError ");
    }
  }

  @Test
  void stateStaysBetweenInvocations() throws Exception {
    String source = "let count = 0;\nexports.handler = async () => ++count;\n";
    try (NodeFunction function = NodeFunction.of("nodejs24.x", taskRoot, source)) {
      for (int i = 1; i <= 100; i++) {
        assertThat(function.invoke("{}")).isEqualTo("" + i);
      }
    }
  }

  @Test
  void aHandlerThatNeverEndsTimesOutAndItsLinesAreNotLost() throws Exception {
    String source = "exports.handler = async () => { console.log('before'); for (;;) {} };\n";
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      function.init();
      CompletableFuture<RuntimeOutcome> outcome =
          Invocations.start(function.api, Invocations.of("id", "{}"), Duration.ofSeconds(1));
      assertThat(outcome.get()).isEqualTo(new RuntimeOutcome.TimedOut());
      assertThat(function.out()).endsWith("\tINFO\tbefore\n");
    }
  }

  @Test
  void theHeapGrowsAsFarAsMemorySizeAllows() throws Exception {
    String source =
        """
        exports.handler = async () => {
          const kept = [];
          for (let i = 0; i < 180; i++) kept.push(new Array(1 << 17).fill(i));
          return kept.length;
        };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("180");
    }
  }

  @Test
  void whatAwsSwitchesOffCanBeSwitchedOn() throws Exception {
    FunctionProcess.write(taskRoot, "es.mjs", "export default 7;\n");
    FunctionProcess.write(
        taskRoot,
        "index.js",
        "exports.handler = async () => { try { return require('./es.mjs').default } catch (e) { return e.code } };\n");
    try (NodeFunction function =
        new NodeFunction("nodejs22.x", taskRoot, "index.handler", Map.of())) {
      assertThat(function.invoke("{}")).isEqualTo("\"ERR_REQUIRE_ESM\"");
    }
    Map<String, String> on = Map.of("NODE_OPTIONS", "--experimental-require-module --no-warnings");
    try (NodeFunction function = new NodeFunction("nodejs22.x", taskRoot, "index.handler", on)) {
      assertThat(function.invoke("{}")).isEqualTo("7");
    }
  }
}
