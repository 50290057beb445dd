package thaw.runtimeapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the node runtimes do before a snapshot and after a restore. */
@Timeout(120)
final class NodeSnapshotTest {
  private static final Map<String, String> SNAP_START =
      Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

  @TempDir Path taskRoot;

  static Stream<String> runtimes() {
    return NodeFunction.RUNTIMES.stream();
  }

  private NodeFunction start(String runtime, String source, Map<String, String> variables) {
    FunctionProcess.write(taskRoot, "index.js", source);
    return new NodeFunction(runtime, taskRoot, "index.handler", variables);
  }

  private static String invoke(RuntimeApi api) throws InterruptedException {
    return Invocations.text(api.invoke(Invocations.of("id", "{}"), Invocations.PLENTY));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aTemplateAnswersThenBecomesAFunction(String runtime) throws Exception {
    String source =
        """
        const early = Math.random();
        exports.handler = async (event, context) => [context.functionName, process.env.GREETING,
          process.env.THAW_TEMPLATE_INVOKES ?? null, process.cwd(), new Date(0).getHours(),
          require('found'), early !== Math.random()];
        """;
    FunctionProcess.write(taskRoot.resolve("layer"), "found.js", "module.exports = 'layer';");
    Map<String, String> template = Map.of("THAW_TEMPLATE_INVOKES", "3", "GREETING", "none yet");
    try (NodeFunction function = start(runtime, source, template)) {
      for (int i = 0; i < 3; i++) {
        assertThat(function.invoke("{\"n\":1}")).startsWith("{\"event\":{\"n\":1},\"text\":\"");
      }
      String root = taskRoot.toRealPath().toString();
      String environment =
          "{\"environment\":{\"_HANDLER\":\"index.handler\",\"LAMBDA_TASK_ROOT\":\""
              + root
              + "\",\"AWS_LAMBDA_FUNCTION_NAME\":\"mine\",\"GREETING\":\"Grüße\",\"TZ\":\"Asia/Tokyo\""
              + ",\"NODE_PATH\":\""
              + root
              + "/layer\"}}";
      try (RuntimeApi restored = function.restored(environment)) {
        assertThat(invoke(restored))
            .as(function.out())
            .isEqualTo("[\"mine\",\"Grüße\",null,\"" + root + "\",9,\"layer\",true]");
        assertThat(function.err()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aRehearsedStartIsLikeAnyOther(String runtime) throws Exception {
    String source =
        """
        const module_ = require('node:module');
        const seen = [process.cwd(), Object.entries(process.env).sort(), Object.keys(require.cache).filter((file) =>
            !file.endsWith('thaw_runtime/rehearsal.js')), module.paths, module_.globalPaths, Object.keys(globalThis),
            process.eventNames().map((name) => [String(name), process.listenerCount(name)])];
        exports.handler = async () => JSON.stringify(seen);
        """;
    String plain = surroundings(runtime, source, false);
    assertThat(plain).contains(taskRoot.toRealPath().toString());
    assertThat(surroundings(runtime, source, true)).isEqualTo(plain);
  }

  private String surroundings(String runtime, String source, boolean rehearsed) throws Exception {
    String environment =
        "{\"environment\":{\"_HANDLER\":\"index.handler\",\"LAMBDA_TASK_ROOT\":\""
            + taskRoot.toRealPath()
            + "\"}}";
    try (NodeFunction function = start(runtime, source, Map.of("THAW_TEMPLATE_INVOKES", "2"))) {
      function.invoke("{}");
      function.invoke("{}");
      if (rehearsed) {
        goOn(function.api, RuntimeEnvironment.rehearsalAnswer());
        assertThat(function.invoke("{\"round\":1}")).contains("\"round\":1");
      }
      goOn(function.api, environment.getBytes(UTF_8));
      assertThat(function.api.awaitInit(Invocations.PLENTY)).isEqualTo(new RuntimeOutcome.Ready());
      return function.invoke("{}");
    }
  }

  /** Tells a runtime that is not frozen what it waits for. */
  private static void goOn(RuntimeApi api, byte[] answer) throws InterruptedException {
    assertThat(api.awaitRestorable(Invocations.PLENTY)).isEqualTo(new RuntimeOutcome.Restorable());
    api.restore(answer);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void hooksRunAroundTheSnapshot(String runtime) throws Exception {
    String source =
        """
        const calls = [];
        awslambda.beforeSnapshot(() => calls.push('first'));
        awslambda.beforeSnapshot(async () => { await null; calls.push('second'); });
        awslambda.afterRestore(async () => { await null; calls.push('third'); });
        awslambda.afterRestore(() => calls.push('fourth'));
        exports.handler = async () => calls;
        """;
    try (NodeFunction function = start(runtime, source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(invoke(restored)).isEqualTo("[\"second\",\"first\",\"third\",\"fourth\"]");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void invocationsBeforeTheSnapshotAreServedAndACloneHasItsOwnVariables(String runtime)
      throws Exception {
    String source =
        """
        let count = 0;
        exports.handler = async () => {
          if (++count === 2) throw new RangeError('the second');
          return [count, process.env.OWN ?? null];
        };
        """;
    Map<String, String> variables = new HashMap<>(SNAP_START);
    variables.put("THAW_WARMUP_INVOKES", "2");
    try (NodeFunction function = start(runtime, source, variables)) {
      assertThat(function.invoke("{}")).isEqualTo("[1,null]");
      assertThat(function.invoke("{}")).startsWith("RangeError ");
      try (RuntimeApi restored = function.restored("{\"environment\":{\"OWN\":\"mine\"}}")) {
        assertThat(invoke(restored)).isEqualTo("[3,\"mine\"]");
      }
    }
  }

  @Test
  void aHookThatFailsBeforeTheSnapshotIsAnErrorOfInit() throws Exception {
    String source =
        """
        awslambda.beforeSnapshot(() => { throw new RangeError('not ready to freeze'); });
        exports.handler = async () => 1;
        """;
    try (NodeFunction function = start("nodejs22.x", source, SNAP_START)) {
      assertThat(Invocations.text(function.api.awaitRestorable(Invocations.PLENTY)))
          .startsWith("RangeError ")
          .contains("not ready to freeze");
      assertThat(function.exitCode()).isEqualTo(129);
    }
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsReported() throws Exception {
    String source =
        """
        awslambda.afterRestore(async () => { throw new RangeError('cannot thaw'); });
        exports.handler = async () => 1;
        """;
    try (NodeFunction function = start("nodejs24.x", source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.awaitInit(Invocations.PLENTY)))
          .startsWith("RangeError ")
          .contains("cannot thaw");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void mathRandomGivesNumbersBelowOneThatAreNotThoseOfBefore(String runtime) throws Exception {
    String source =
        """
        const before = Array.from({ length: 1000 }, Math.random);
        exports.handler = async () => {
          const after = Array.from({ length: 1000 }, Math.random);
          const mean = after.reduce((sum, value) => sum + value) / 1000;
          return [new Set([...before, ...after]).size, after.every((v) => v >= 0 && v < 1), Math.round(10 * mean)];
        };
        """;
    try (NodeFunction function = start(runtime, source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(invoke(restored)).isEqualTo("[2000,true,5]");
    }
  }
}
