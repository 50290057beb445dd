package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node function's output looks like in its log. */
@Timeout(120)
final class NodeLoggingTest {
  private static final String LOGS =
      """
      exports.handler = async () => {
        console.log('two\\nlines of %s', 'ü', { a: [1] });
        console.debug('details');
        console.warn({ careful: true });
        console.error('failed', new RangeError('out of it'));
        console.error(new RangeError('alone'));
        console.fatal('gone');
      };
      """;

  private static final String START = FunctionProcess.TIME + "\tid-1\t";

  @TempDir Path taskRoot;

  private List<String> lines(Map<String, String> variables) throws Exception {
    FunctionProcess.write(taskRoot, "index.js", LOGS);
    try (NodeFunction function =
        new NodeFunction("nodejs22.x", taskRoot, "index.handler", variables)) {
      assertThat(function.invoke("{}")).isEqualTo("null");
      assertThat(function.err()).isEmpty();
      return function.out().lines().toList();
    }
  }

  @Test
  void messagesHaveTimeRequestIdAndLevel() throws Exception {
    List<String> lines = lines(Map.of());
    assertThat(lines.get(0)).matches(START + "INFO\ttwo");
    assertThat(lines.get(1)).isEqualTo("lines of ü { a: [ 1 ] }");
    assertThat(lines.get(2)).matches(START + "DEBUG\tdetails");
    assertThat(lines.get(3)).matches(START + "WARN\t\\{ careful: true }");
    assertThat(lines.get(4)).matches(START + "ERROR\tfailed RangeError: out of it");
    assertThat(lines.getLast()).matches(START + "FATAL\tgone");
  }

  @Test
  void jsonLogsAreOneObjectPerLine() throws Exception {
    List<String> lines = lines(Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON"));
    String time = "\\{\"timestamp\":\"" + FunctionProcess.TIME + "\",\"level\":";
    String id = ",\"requestId\":\"id-1\",\"message\":";
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).matches(time + "\"INFO\"" + id + "\"two\\\\nlines of ü \\{ a.*\"}");
    assertThat(lines.get(2)).matches(time + "\"WARN\"" + id + "\\{\"careful\":true}}");
    assertThat(lines.get(3))
        .matches(time + "\"ERROR\"" + id + "\"failed RangeError: .*")
        .contains("\"errorType\":\"RangeError\",\"errorMessage\":\"out of it\",\"stackTrace\":[\"");
    assertThat(lines.get(4))
        .matches(
            time + "\"ERROR\"" + id + "\\{\"errorType\":\"RangeError\",\"errorMessage\":\"al.*");
  }

  @Test
  void theLogLevelFilters() throws Exception {
    Map<String, String> warn =
        Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON", "AWS_LAMBDA_LOG_LEVEL", "WARN");
    assertThat(lines(warn))
        .hasSize(4)
        .noneMatch(line -> line.contains("\"INFO\"") || line.contains("\"DEBUG\""));
  }

  @Test
  void anErrorThatNothingCaughtIsOneObjectToo() throws Exception {
    FunctionProcess.write(
        taskRoot, "index.js", "exports.handler = async () => { throw new Error('boom') };");
    Map<String, String> json = Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON");
    try (NodeFunction function = new NodeFunction("nodejs24.x", taskRoot, "index.handler", json)) {
      assertThat(function.invoke("{}")).startsWith("Error ");
      assertThat(function.out())
          .matches(
              "\\{\"timestamp\":\""
                  + FunctionProcess.TIME
                  + "\",\"level\":\"ERROR\",\"requestId\":\"id-1\",\"message\":"
                  + "\\{\"errorType\":\"Error\",\"errorMessage\":\"boom\",\"stackTrace\":\\[.*]}}\n");
    }
  }

  @Test
  void plainWritesComeThrough() throws Exception {
    String source =
        """
        exports.handler = async () => {
          process.stdout.write('no end');
          process.stderr.write('é\\n');
        };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs24.x", taskRoot, source)) {
      function.invoke("{}");
      assertThat(function.out()).isEqualTo("no end");
      assertThat(function.err()).isEqualTo("é\n");
    }
  }

  @Test
  void noLineIsLostWhenTheProcessEnds() throws Exception {
    String source =
        """
        exports.handler = async () => {
          for (let i = 0; i < 20000; i++) console.log('line', i);
          process.exit(0);
        };
        """;
    try (NodeFunction function = NodeFunction.of("nodejs22.x", taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("Exited[]");
      assertThat(function.exitCode()).isZero();
      assertThat(function.out().lines()).hasSize(20_000);
    }
  }
}
