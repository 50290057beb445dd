package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a python function's output looks like in its log. */
@Timeout(120)
final class PythonLoggingTest {
  private static final String LOGS =
      """
      import logging

      logger = logging.getLogger("my.logger")

      def handler(event, context):
          logging.warning("two\\nlines of %s", "ü")
          logger.info("not by default")
          try:
              1 / 0
          except ZeroDivisionError:
              logger.error("failed", exc_info=True, extra={"order": 7, "odd": {1}})
      """;

  @TempDir Path taskRoot;

  @Test
  void messagesHaveLevelTimeAndRequestId() throws Exception {
    try (PythonFunction function = PythonFunction.of(taskRoot, LOGS)) {
      assertThat(function.invoke("{}")).isEqualTo("null");
      assertThat(function.out())
          .matches(
              "(?s)\\[WARNING]\t"
                  + PythonFunction.TIME
                  + "\tid-1\ttwo\nlines of ü\n"
                  + "\\[ERROR]\t"
                  + PythonFunction.TIME
                  + "\tid-1\tfailed\nTraceback \\(most recent call last\\):\n.*"
                  + "ZeroDivisionError: division by zero\n");
      assertThat(function.err()).isEmpty();
    }
  }

  @Test
  void jsonLogsAreOneObjectPerLine() throws Exception {
    PythonFunction.write(taskRoot, "app.py", LOGS);
    Map<String, String> json =
        Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON", "AWS_LAMBDA_LOG_LEVEL", "INFO");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", json)) {
      assertThat(function.invoke("{}")).isEqualTo("null");
      String[] lines = function.out().split("\n");
      String time = "\\{\"timestamp\": \"" + PythonFunction.TIME + "\", ";
      assertThat(lines).hasSize(3);
      assertThat(lines[0])
          .matches(
              time
                  + "\"level\": \"WARNING\", \"message\": \"two\\\\nlines of ü\", "
                  + "\"logger\": \"root\", \"requestId\": \"id-1\"}");
      assertThat(lines[1]).contains("not by default", "my.logger");
      assertThat(lines[2])
          .contains("\"errorType\": \"ZeroDivisionError\"")
          .contains("\"errorMessage\": \"division by zero\"")
          .contains("\"stackTrace\": [\"  File ")
          .contains("\"location\": \"" + taskRoot + "/app.py:handler:11\"")
          .contains("\"order\": ")
          .contains("\"odd\": \"{1}\"");
    }
  }

  @Test
  void uncaughtErrorsAreOneObjectToo() throws Exception {
    PythonFunction.write(taskRoot, "app.py", "def handler(event, context):\n    return 1 / 0\n");
    Map<String, String> json = Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", json)) {
      assertThat(function.invoke("{}")).startsWith("ZeroDivisionError ");
      assertThat(function.out())
          .matches(
              "\\{\"timestamp\": \""
                  + PythonFunction.TIME
                  + "\", \"level\": \"ERROR\", \"errorMessage\": \"division by zero\", "
                  + "\"errorType\": \"ZeroDivisionError\", \"requestId\": \"id-1\", "
                  + "\"stackTrace\": \\[.*]}\n");
    }
  }

  @Test
  void theLogLevelFilters() throws Exception {
    PythonFunction.write(taskRoot, "app.py", LOGS);
    Map<String, String> level =
        Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON", "AWS_LAMBDA_LOG_LEVEL", "ERROR");
    try (PythonFunction function = new PythonFunction(taskRoot, "app.handler", level)) {
      function.invoke("{}");
      assertThat(function.out().lines()).hasSize(1).allMatch(line -> line.contains("\"ERROR\""));
    }
  }

  @Test
  void printsAndStderrComeThrough() throws Exception {
    String source =
        """
        import sys

        def handler(event, context):
            print("a", "b\\nc")
            print("no end", end="")
            print("é\\ud800", file=sys.stderr)
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      function.invoke("{}");
      assertThat(function.out()).isEqualTo("a b\nc\nno end");
      assertThat(function.err()).isEqualTo("é\\ud800\n");
    }
  }

  @Test
  void loggingIsSetUpOnceEvenIfItIsImportedInTheHandler() throws Exception {
    String source =
        """
        def handler(event, context):
            import logging, logging.config
            logging.getLogger().setLevel("INFO")
            logging.info("late")
            return [len(logging.getLogger().handlers), type(logging.__loader__).__name__]
        """;
    try (PythonFunction function = PythonFunction.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("[1, \"SourceFileLoader\"]");
      assertThat(function.out()).matches("\\[INFO]\t" + PythonFunction.TIME + "\tid-1\tlate\n");
    }
  }
}
