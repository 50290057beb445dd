package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a ruby function's loggers and prints become. */
@Timeout(120)
final class RubyLoggingTest {
  private static final String LOGS =
      """
      def handler(event:, context:)
        logger = Logger.new($stdout, progname: "shop")
        logger.info("ordered")
        logger.warn { "é" }
        begin
          raise ArgumentError, "too many"
        rescue ArgumentError => e
          logger.error(e)
        end
      end
      """;

  @TempDir Path taskRoot;

  @Test
  void textHasTheRequestsId() throws Exception {
    try (FunctionProcess function = RubyFunctions.of(taskRoot, LOGS)) {
      function.invoke("{}");
      String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6} #\\d+";
      assertThat(function.out().lines().limit(3))
          .satisfiesExactly(
              line -> assertThat(line).matches("I, \\[" + time + "]  INFO id-1 -- shop: ordered"),
              line -> assertThat(line).matches("W, \\[" + time + "]  WARN id-1 -- shop: é"),
              line ->
                  assertThat(line)
                      .matches(
                          "E, \\[" + time + "] ERROR id-1 -- shop: too many \\(ArgumentError\\)"));
    }
  }

  @Test
  void jsonHasALinePerMessage() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, LOGS, Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON"))) {
      function.invoke("{}");
      String time = "\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z\"";
      String id = "\"requestId\":\"id-1\",\"logger\":\"shop\"";
      assertThat(function.out().lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .matches(
                          "\\{" + time + ",\"level\":\"INFO\",\"message\":\"ordered\"," + id + "}"),
              line -> assertThat(line).contains("\"level\":\"WARN\",\"message\":\"é\""),
              line ->
                  assertThat(line)
                      .contains("\"errorType\":\"ArgumentError\",\"errorMessage\":\"too many\"")
                      .contains("\"stackTrace\":[\"" + taskRoot + "/app.rb:6:in `handler'\"")
                      .contains("\"location\":\"" + taskRoot + "/app.rb:handler:6\""));
    }
  }

  @Test
  void theLogLevelFilters() throws Exception {
    Map<String, String> level =
        Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON", "AWS_LAMBDA_LOG_LEVEL", "ERROR");
    try (FunctionProcess function = RubyFunctions.of(taskRoot, LOGS, level)) {
      function.invoke("{}");
      assertThat(function.out().lines()).hasSize(1).allMatch(line -> line.contains("\"ERROR\""));
    }
  }

  @Test
  void aLoggerElsewhereAndAFormatterOfTheFunctionsOwnAreLeftAlone() throws Exception {
    String source =
        """
        def handler(event:, context:)
          Logger.new($stdout, formatter: ->(level, _, _, message) { "#{level}=#{message}\\n" }).info("mine")
          Logger.new(nil).info("nowhere")
          text = StringIO.new
          Logger.new(text).info("there")
          text.string.include?("-- : there")
        end
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("true");
      assertThat(function.out()).isEqualTo("INFO=mine\n");
    }
  }

  @Test
  void printsAndStderrComeThrough() throws Exception {
    String source =
        """
        def handler(event:, context:)
          puts "a", ["b", "é"]
          print "no end"
          warn "careful"
        end
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      function.invoke("{}");
      assertThat(function.out()).isEqualTo("a\nb\né\nno end");
      assertThat(function.err()).isEqualTo("careful\n");
    }
  }
}
