package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of error a node function can end in, with AWS's texts. */
@Timeout(120)
final class NodeErrorTest {
  @TempDir Path taskRoot;

  static Stream<String> runtimes() {
    return NodeFunction.RUNTIMES.stream();
  }

  private void assertInitFails(String runtime, String handler, String type, String... message)
      throws Exception {
    try (NodeFunction function = new NodeFunction(runtime, taskRoot, handler, Map.of())) {
      assertThat(function.init())
          .startsWith(type + " {\"errorType\":\"" + type + "\",\"errorMessage\":\"")
          .contains(message)
          .contains("\"trace\":[\"");
      assertThat(function.exitCode()).isEqualTo(129);
      assertThat(function.out())
          .matches(
              "(?s)"
                  + FunctionProcess.TIME
                  + "\tundefined\tERROR\tUncaught Exception \t\\{\"errorType\":\""
                  + type
                  + "\",\"errorMessage\":\".*\",\"stack\":\\[.*]}\n");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aModuleThatIsNotThereFailsInit(String runtime) throws Exception {
    assertInitFails(
        runtime,
        "index.handler",
        "Runtime.ImportModuleError",
        "Error: Cannot find module 'index'\\nRequire stack:\\n");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aModuleThatTheModuleMissesFailsInit(String runtime) throws Exception {
    FunctionProcess.write(taskRoot, "index.js", "require('nowhere');");
    assertInitFails(
        runtime,
        "index.handler",
        "Runtime.ImportModuleError",
        "Error: Cannot find module 'nowhere'\\nRequire stack:\\n- " + taskRoot + "/index.js");
  }

  @Test
  void aModuleThatAnEsModuleMissesFailsInitInNodesWords() throws Exception {
    FunctionProcess.write(taskRoot, "index.mjs", "import 'nowhere';");
    assertInitFails(
        "nodejs22.x", "index.handler", "Error", "Cannot find package 'nowhere' imported from ");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aHandlerThatIsNotThereFailsInit(String runtime) throws Exception {
    FunctionProcess.write(taskRoot, "index.js", "exports.value = 1;");
    assertInitFails(
        runtime,
        "index.handler",
        "Runtime.HandlerNotFound",
        "index.handler is undefined or not exported");
    assertInitFails(
        runtime, "index.value", "Runtime.HandlerNotFound", "index.value is not a function");
  }

  @Test
  void aHandlerNameThatIsNoneFailsInit() throws Exception {
    assertInitFails("nodejs22.x", "handler", "Runtime.MalformedHandlerName", "Bad handler");
    assertInitFails(
        "nodejs24.x",
        "../index.handler",
        "Runtime.MalformedHandlerName",
        "'../index.handler' is not a valid handler name. Use absolute paths when");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aSyntaxErrorFailsInitAndShowsTheLine(String runtime) throws Exception {
    FunctionProcess.write(taskRoot, "index.js", "\nexports.handler = (;\n");
    assertInitFails(
        runtime,
        "index.handler",
        "Runtime.UserCodeSyntaxError",
        "SyntaxError: Unexpected token ';'",
        taskRoot + "/index.js:2\"");
  }

  @Test
  void callbackHandlersFailInitInTheNewerRuntime() throws Exception {
    FunctionProcess.write(
        taskRoot, "index.js", "exports.handler = (event, context, callback) => callback();");
    assertInitFails(
        "nodejs24.x",
        "index.handler",
        "Runtime.CallbackHandlerDeprecated",
        "ERROR: AWS Lambda has removed support for callback-based function handlers starting with");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anErrorWhileTheModuleLoadsFailsInitWithItsStack(String runtime) throws Exception {
    FunctionProcess.write(taskRoot, "index.js", "throw new RangeError('no configuration');");
    assertInitFails(
        runtime,
        "index.handler",
        "RangeError",
        "no configuration",
        "at Object.<anonymous> (" + taskRoot + "/index.js:1:7)");
  }

  @Test
  void anUnhandledRejectionWhileTheModuleLoadsFailsInit() throws Exception {
    FunctionProcess.write(
        taskRoot,
        "index.js",
        "Promise.reject(new Error('boom'));\nconst until = Date.now() + 50;\n"
            + "exports.handler = async () => 1;");
    try (NodeFunction function =
        new NodeFunction("nodejs22.x", taskRoot, "index.handler", Map.of())) {
      assertThat(function.exitCode()).isEqualTo(128);
      assertThat(function.out())
          .contains("Unhandled Promise Rejection \t{\"errorType\":\"Runtime.UnhandledPromise");
    }
  }

  @Test
  void anExitWhileTheModuleLoadsIsAnExit() throws Exception {
    FunctionProcess.write(taskRoot, "index.js", "process.exit(3);");
    try (NodeFunction function =
        new NodeFunction("nodejs22.x", taskRoot, "index.handler", Map.of())) {
      assertThat(function.init()).isEqualTo("Exited[]");
      assertThat(function.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void aTopLevelAwaitThatIsNeverSettledIsNodesExitCode() throws Exception {
    FunctionProcess.write(
        taskRoot, "index.mjs", "await new Promise(() => {});\nexport const handler = 1;\n");
    try (NodeFunction function =
        new NodeFunction("nodejs24.x", taskRoot, "index.handler", Map.of())) {
      assertThat(function.init()).isEqualTo("Exited[]");
      assertThat(function.exitCode()).isEqualTo(13);
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anErrorOfTheHandlerHasTypeTextAndTrace(String runtime) throws Exception {
    String source =
        """
        class Refused extends Error {
          constructor(text) { super(text); this.name = 'Refused'; this.code = 'E_NO'; this.order = 7; }
        }
        exports.handler = async function handler(event) {
          if (event) throw new Refused('nö');
          return 'fine';
        };
        """;
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      String at = "    at Runtime.handler (" + taskRoot + "/index.js:5:20)";
      assertThat(function.invoke("1"))
          .startsWith(
              "Refused {\"errorType\":\"Refused\",\"errorMessage\":\"nö\",\"trace\":[\"Refused: nö\",\""
                  + at);
      assertThat(function.invoke("0")).isEqualTo("\"fine\"");
      assertThat(function.out())
          .matches(
              FunctionProcess.TIME
                  + "\tid-1\tERROR\tInvoke Error \t\\{\"errorType\":\"Refused\",\"errorMessage\":\"nö\","
                  + "\"code\":\"E_NO\",\"name\":\"Refused\",\"order\":7,\"stack\":\\[.*]}\n");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void whatIsThrownNeedNotBeAnError(String runtime) throws Exception {
    String source =
        """
        const values = ['text', 7, undefined, null, { a: 1 }, Object.create(null)];
        exports.handler = async (event) => { throw values[event]; };
        """;
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("0"))
          .isEqualTo("string {\"errorType\":\"string\",\"errorMessage\":\"text\",\"trace\":[]}");
      assertThat(function.invoke("1"))
          .isEqualTo("number {\"errorType\":\"number\",\"errorMessage\":\"7\",\"trace\":[]}");
      assertThat(function.invoke("2")).startsWith("string {\"errorType\":\"string\",\"errorMess");
      assertThat(function.invoke("4")).contains("\"errorMessage\":\"[object Object]\"");
      assertThat(function.invoke("5")).startsWith("handled {\"errorType\":\"handled\"");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anUncaughtExceptionEndsInvocationAndProcess(String runtime) throws Exception {
    String source =
        """
        exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError('late') }, 1));
        """;
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("{}"))
          .startsWith("RangeError {\"errorType\":\"RangeError\",\"errorMessage\":\"late\"");
      assertThat(function.exitCode()).isEqualTo(129);
      assertThat(function.out()).contains("\tid-1\tERROR\tUncaught Exception \t{\"errorType\":\"R");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anUnhandledRejectionEndsInvocationAndProcess(String runtime) throws Exception {
    String source =
        """
        exports.handler = () => new Promise(() => { Promise.reject(new Error('boom')); setTimeout(() => {}, 9e9); });
        """;
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("{}"))
          .startsWith(
              "Runtime.UnhandledPromiseRejection {\"errorType\":\"Runtime.UnhandledPromiseRejection\","
                  + "\"errorMessage\":\"Error: boom\",\"trace\":["
                  + "\"Runtime.UnhandledPromiseRejection: Error: boom\"");
      assertThat(function.exitCode()).isEqualTo(128);
      assertThat(function.out())
          .contains(
              "\tid-1\tERROR\tUnhandled Promise Rejection \t"
                  + "{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":\"Error: boom\","
                  + "\"reason\":{\"errorType\":\"Error\",\"errorMessage\":\"boom\",\"stack\":[");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aPromiseThatIsNeverSettledIsAnError(String runtime) throws Exception {
    String source = "exports.handler = async (event) => event || new Promise(() => {});\n";
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("0"))
          .startsWith("Runtime.NodeJsExit {\"errorType\":\"Runtime.NodeJsExit\"");
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void eventsAndAnswersThatAreNotJsonAreErrors(String runtime) throws Exception {
    String source =
        """
        const loop = {};
        loop.loop = loop;
        exports.handler = async (event) => (event === 1 ? loop : event === 2 ? 1n : event);
        """;
    try (NodeFunction function = NodeFunction.of(runtime, taskRoot, source)) {
      assertThat(function.invoke("{bad")).startsWith("SyntaxError {\"errorType\":\"SyntaxError\"");
      assertThat(function.invoke("")).startsWith("SyntaxError ");
      assertThat(function.invoke("1"))
          .startsWith("Error {\"errorType\":\"Error\",\"errorMessage\":\"Unable to stringify resp");
      assertThat(function.invoke("2")).contains("Unable to stringify response body");
      assertThat(function.invoke("[3]")).isEqualTo("[3]");
    }
  }

  @Test
  void anErrorsNameCannotEndItsHeader() throws Exception {
    String source =
        """
        exports.handler = async () => { throw Object.assign(new Error('x'), { name: 'Sp ace\\r\\nX: ü' }) };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("0"))
          .startsWith("Sp ace??X: ? {\"errorType\":\"Sp ace\\r\\nX: ü\"");
    }
  }
}
