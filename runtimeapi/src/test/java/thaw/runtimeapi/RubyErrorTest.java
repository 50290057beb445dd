package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of error a ruby function can end in, with AWS's texts. */
@Timeout(120)
final class RubyErrorTest {
  private static final int INIT_FAILED = 252;
  private static final int FUNCTION_FAILED = 255;

  @TempDir Path taskRoot;

  @Test
  void aMissingFileFailsInit() throws Exception {
    try (FunctionProcess function = RubyFunctions.start(taskRoot, "app.handler", Map.of())) {
      assertThat(function.init())
          .startsWith(
              "Init<LoadError> {\"errorMessage\":\"cannot load such file -- app\","
                  + "\"errorType\":\"Init<LoadError>\",\"stackTrace\":[");
      assertThat(function.exitCode()).isEqualTo(INIT_FAILED);
      assertThat(function.out()).startsWith("Init error when loading handler app.handler\n{\n");
    }
  }

  @Test
  void aHandlerNameThatIsNoneFailsInit() throws Exception {
    try (FunctionProcess function = RubyFunctions.start(taskRoot, "handler", Map.of())) {
      assertThat(function.init())
          .startsWith("Init<ArgumentError> {\"errorMessage\":\"Invalid handler [\\\"handler\\\"], ")
          .contains("must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD");
    }
  }

  @Test
  void aSyntaxErrorFailsInit() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:)\n  (\nend\n")) {
      assertThat(function.init())
          .startsWith("Function<UserException> {")
          .contains("\"errorType\":\"Init<SyntaxError>\"", taskRoot + "/app.rb:");
    }
  }

  @Test
  void anExceptionWhileTheFileLoadsFailsInitWithItsStack() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def fetch = raise(\"no configuration\")\nfetch\n")) {
      assertThat(function.init())
          .startsWith("Function<UserException> {\"errorMessage\":\"no configuration\",")
          .contains("\"errorType\":\"Init<RuntimeError>\"")
          .contains("[\"" + taskRoot + "/app.rb:1:in `fetch'\",\"" + taskRoot + "/app.rb:2:in `");
    }
  }

  @Test
  void anExceptionOfTheHandlerHasTheHandlersStackOnlyAndTheProcessGoesOn() throws Exception {
    String source =
        """
        class Refused < StandardError; end

        def inner
          raise Refused, "nö"
        end

        def handler(event:, context:)
          inner if event.any?
          "fine"
        end
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      String file = taskRoot + "/app.rb:";
      assertThat(function.invoke("{\"a\":1}"))
          .isEqualTo(
              "Function<UserException> {\"errorMessage\":\"nö\",\"errorType\":\"Function<Refused>\","
                  + "\"stackTrace\":[\"%s4:in `inner'\",\"%s8:in `handler'\"]}"
                      .formatted(file, file));
      assertThat(function.invoke("{}")).isEqualTo("\"fine\"");
      assertThat(function.out())
          .isEqualTo(
              """
              Error raised from handler method
              {
                "errorMessage": "nö",
                "errorType": "Function<Refused>",
                "stackTrace": [
                  "%s4:in `inner'",
                  "%s8:in `handler'"
                ]
              }
              """
                  .formatted(file, file));
    }
  }

  @Test
  void aMissingMethodIsCriticalAndEndsTheProcess() throws Exception {
    try (FunctionProcess function = RubyFunctions.of(taskRoot, "X = 1\n")) {
      assertThat(function.invoke("{}"))
          .startsWith("Function<NoMethodError> {\"errorMessage\":\"undefined method `handler' for ")
          .contains("LambdaHandler")
          .contains("\"errorType\":\"Function<NoMethodError>\",\"stackTrace\":[]}");
      assertThat(function.exitCode()).isEqualTo(FUNCTION_FAILED);
      assertThat(function.out()).startsWith("Critical exception from handler\n");
    }
  }

  @Test
  void aHandlerThatExitsIsAnError() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = exit(3)\n")) {
      assertThat(function.invoke("{}"))
          .startsWith("Function<SystemExit> {\"errorMessage\":\"exit\",");
      assertThat(function.exitCode()).isEqualTo(FUNCTION_FAILED);
    }
  }

  @Test
  void aHandlerWithoutTheKeywordsIsAnArgumentError() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event, context) = 1\n")) {
      assertThat(function.invoke("{}"))
          .startsWith("Function<ArgumentError> {\"errorMessage\":\"wrong number of arguments");
    }
  }

  @Test
  void anEventThatIsNotJsonIsAnErrorOfTheRuntimeAndTheProcessGoesOn() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = event\n")) {
      assertThat(function.invoke("{bad"))
          .startsWith("Function<UserException> {")
          .contains("\"errorType\":\"Runtime<JSON::ParserError>\"");
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatIsNotJsonIsAnErrorOfTheFunction() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = Float::NAN\n")) {
      assertThat(function.invoke("{}"))
          .contains("\"errorType\":\"Function<JSON::GeneratorError>\"");
    }
  }

  @Test
  void aMessageThatIsNoUtf8IsReportedAllTheSame() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = raise(\"a\\xFFb\")\n")) {
      assertThat(function.invoke("{}")).contains("\"errorMessage\":\"a\ufffdb\"");
    }
  }
}
