package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.Invocation;

/** Every kind of error a python function can end in, with AWS's texts. */
@Timeout(120)
final class PythonErrorTest {
  @TempDir Path taskRoot;

  @Test
  void aMissingModuleFailsInit() throws Exception {
    assertInitFails(
        "app.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'app'");
  }

  @Test
  void aMissingImportOfTheModuleFailsInit() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "import nowhere\n");
    assertInitFails(
        "app.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'nowhere'");
  }

  @Test
  void aMissingHandlerFailsInit() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "x = 1\n");
    assertInitFails(
        "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'");
  }

  @Test
  void aHandlerNameWithoutAModuleFailsInit() throws Exception {
    assertInitFails(
        "handler",
        "Runtime.MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)");
  }

  @Test
  void aModuleOfPythonItselfFailsInit() throws Exception {
    assertInitFails(
        "sys.exit",
        "Runtime.BuiltInModuleConflict",
        "Cannot use built-in module sys as a handler module");
  }

  @Test
  void aSyntaxErrorFailsInitAndShowsTheLine() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "def handler(event, context)\n    pass\n");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", Map.of())) {
      assertThat(function.init())
          .startsWith(
              "Runtime.UserCodeSyntaxError {\"errorMessage\": \"Syntax error in module 'app': "
                  + "expected ':' (app.py, line 1)\"")
          .contains(
              "\"stackTrace\": [\"  File \\\""
                  + taskRoot
                  + "/app.py\\\" Line 1\\n    def handler(event, context)\\n\"]");
      assertThat(function.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void anExceptionWhileTheModuleLoadsFailsInitWithItsStack() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "raise ValueError('no configuration')\n");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", Map.of())) {
      assertThat(function.init())
          .startsWith("ValueError {\"errorMessage\": \"no configuration\", \"errorType\": \"Val")
          .contains("\"requestId\": \"\"")
          .contains("/app.py\\\", line 1, in <module>\\n    raise ValueError(");
    }
  }

  @Test
  void anExitWhileTheModuleLoadsIsAnExit() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "import sys\nsys.exit(3)\n");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", Map.of())) {
      assertThat(function.init()).isEqualTo("Exited[]");
      assertThat(function.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void anExceptionOfTheHandlerHasTheHandlersStackOnly() throws Exception {
    String source =
        """
        class Refused(Exception):
            pass

        def inner():
            raise Refused("nö")

        def handler(event, context):
            if event:
                inner()
            return "fine"
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      String file = "  File \\\"" + taskRoot + "/app.py\\\", line ";
      String document =
          "{\"errorMessage\": \"nö\", \"errorType\": \"Refused\", \"requestId\": \"id-1\", "
              + "\"stackTrace\": [\""
              + file
              + "9, in handler\\n    inner()\\n\", \""
              + file
              + "5, in inner\\n    raise Refused(\\\"nö\\\")\\n\"]}";
      assertThat(function.invoke("{\"a\":1}")).isEqualTo("Refused " + document);
      assertThat(function.invoke("{}")).isEqualTo("\"fine\"");
      String indent = "\u00a0\u00a0";
      assertThat(function.out())
          .isEqualTo(
              String.join(
                  "\n",
                  "[ERROR] Refused: nö",
                  "Traceback (most recent call last):",
                  indent + "File \"" + taskRoot + "/app.py\", line 9, in handler",
                  indent.repeat(2) + "inner()",
                  indent + "File \"" + taskRoot + "/app.py\", line 5, in inner",
                  indent.repeat(2) + "raise Refused(\"nö\")",
                  ""));
    }
  }

  @Test
  void anEventThatIsNotJsonIsAnUnmarshalError() throws Exception {
    try (PythonFunction function = echo()) {
      assertUnmarshalError(function, "{bad", "Expecting property name enclosed in double quotes");
      assertUnmarshalError(function, "", "Expecting value: line 1 column 1 (char 0)");
      assertUnmarshalError(function, "  ", "Expecting value: line 1 column 3 (char 2)");
      assertUnmarshalError(function, "1 2", "Extra data: line 1 column 3 (char 2)");
      assertUnmarshalError(function, "[NaN]", "NaN is not JSON");
      assertUnmarshalError(function, "[".repeat(100_000), "recursion");
      assertThat(function.invoke("[1]")).isEqualTo("[1]");
    }
  }

  @Test
  void bytesThatAreNotUtf8AreAnUnmarshalError() throws Exception {
    try (PythonFunction function = echo()) {
      Invocation broken = Invocations.of("id-1", new byte[] {'"', (byte) 0xff, '"'});
      assertThat(function.invoke(broken)).startsWith("Runtime.UnmarshalError ");
    }
  }

  @Test
  void anAnswerThatJsonLacksIsAMarshalError() throws Exception {
    String source =
        """
        from decimal import Decimal
        loop = []
        loop.append(loop)
        answers = [{1, 2}, float("nan"), Decimal("NaN"), loop, "\\ud800"]

        def handler(event, context):
            return answers[event]
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      String start = "Runtime.MarshalError {\"errorMessage\": \"Unable to marshal response: ";
      assertThat(function.invoke("0"))
          .isEqualTo(
              start
                  + "Object of type set is not JSON serializable\", "
                  + "\"errorType\": \"Runtime.MarshalError\", \"requestId\": \"id-1\", "
                  + "\"stackTrace\": []}");
      assertThat(function.invoke("1")).startsWith(start + "Out of range float values");
      assertThat(function.invoke("2")).startsWith(start + "Out of range decimal values");
      assertThat(function.invoke("3")).startsWith(start + "Circular reference detected");
      assertThat(function.invoke("4")).startsWith(start + "'utf-8' codec can't encode");
    }
  }

  @Test
  void aClientContextThatIsNoObjectIsAnErrorOfItsOwn() throws Exception {
    try (PythonFunction function = echo()) {
      for (String context : new String[] {"[]", "{", "{\"client\":1}"}) {
        Invocation invocation =
            new Invocation(
                "id-1",
                "{}".getBytes(StandardCharsets.UTF_8),
                Optional.of(context),
                "",
                Invocations.ARN);
        assertThat(function.invoke(invocation))
            .startsWith(
                "Runtime.LambdaContextUnmarshalError {\"errorMessage\": "
                    + "\"Unable to parse Client Context JSON: ");
      }
    }
  }

  @Test
  void errorsWithStrangeTextsAreStillReported() throws Exception {
    String source =
        """
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError("no text")

        errors = [Mute(), ValueError("\\ud800 \\r\\n x"), type("Sp ace\\r\\nX: y", (Exception,), {})()]

        def handler(event, context):
            raise errors[event]
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("0"))
          .startsWith("Mute {\"errorMessage\": \"<Mute without a text>");
      assertThat(function.invoke("1")).startsWith("ValueError {\"errorMessage\": \"? \\r\\n x\"");
      assertThat(function.invoke("2")).startsWith("Sp ace??X: y {\"errorMessage\": \"\"");
    }
  }

  private PythonFunction echo() {
    return PythonFunction.of(taskRoot, "def handler(event, context):\n    return event\n");
  }

  private static void assertUnmarshalError(PythonFunction function, String event, String why)
      throws Exception {
    assertThat(function.invoke(event))
        .startsWith("Runtime.UnmarshalError {\"errorMessage\": \"Unable to unmarshal input: ")
        .contains(why);
  }

  private void assertInitFails(String handler, String type, String message) throws Exception {
    try (PythonFunction function = new PythonFunction(taskRoot, handler, Map.of())) {
      assertThat(function.init())
          .isEqualTo(
              type
                  + " {\"errorMessage\": \""
                  + message
                  + "\", \"errorType\": \""
                  + type
                  + "\", \"requestId\": \"\", \"stackTrace\": []}");
      assertThat(function.exitCode()).isEqualTo(1);
      assertThat(function.out())
          .isEqualTo("[ERROR] " + type + ": " + message + "\nTraceback (most recent call last):\n");
    }
  }
}
