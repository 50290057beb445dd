package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example functions, as processes of this machine. */
@Timeout(120)
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

  @TempDir Path temporary;

  @Test
  void helloPythonGreetsByName() throws Exception {
    Path code = EXAMPLES.resolve("hello-python");
    try (PythonFunction function = new PythonFunction(code, "app.handler", Map.of())) {
      assertThat(function.invoke("{\"name\":\"Ada\"}"))
          .startsWith("{\"message\": \"Grüße, Ada!\", \"function\": \"my-function\", ");
      assertThat(function.out()).matches("\\[INFO]\t.*\tid-1\tgreeting Ada\n");
    }
  }

  @Test
  void providedCRendersTheMandelbrotSet() throws Exception {
    Path code = copy(EXAMPLES.resolve("provided-c"));
    Process make = new ProcessBuilder("make", "-s").directory(code.toFile()).inheritIO().start();
    assertThat(make.waitFor()).as("make needs musl-gcc (Debian: musl-tools)").isZero();
    try (LoopbackServer server = new LoopbackServer();
        ProvidedFunction function = new ProvidedFunction(server, code)) {
      String square = "{\"width\":3,\"height\":3,\"iterations\":50}";
      assertThat(Invocations.text(function.invoke(server, "id-1", square)))
          .as("-1.67 and -0.6 on the real axis are in the set, 0.47 is not")
          .isEqualTo("{\"picture\":[\"-=-\",\"##+\",\"-=-\"],\"inside\":2,\"points\":9}");
      assertThat(Invocations.text(function.invoke(server, "id-2", "{\"width\":0}")))
          .startsWith("Picture.OutOfRange {\"errorType\":\"Picture.OutOfRange\"");
    }
  }

  @Test
  void providedShellCountsWords() throws Exception {
    try (LoopbackServer server = new LoopbackServer();
        ProvidedFunction function =
            new ProvidedFunction(server, EXAMPLES.resolve("provided-shell"))) {
      String hamlet = "{\"text\":\"To be or not\\nto be\"}";
      assertThat(Invocations.text(function.invoke(server, "id-1", hamlet)))
          .isEqualTo("{\"words\":6,\"top\":{\"be\":2,\"to\":2,\"not\":1}}");
      assertThat(Invocations.text(function.invoke(server, "id-2", "{}")))
          .startsWith("Function.Failed {");
      assertThat(Invocations.text(function.invoke(server, "id-3", "{\"text\":\"one\"}")))
          .isEqualTo("{\"words\":1,\"top\":{\"one\":1}}");
    }
  }

  private Path copy(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> !f.endsWith("bootstrap")).toList()) {
        Files.copy(file, temporary.resolve(file.getFileName()));
      }
    }
    return temporary;
  }

  /** A process of a `provided` runtime. */
  private record ProvidedFunction(Process process) implements AutoCloseable {
    ProvidedFunction(LoopbackServer server, Path code) throws IOException {
      this(start(server, code));
    }

    private static Process start(LoopbackServer server, Path code) throws IOException {
      ProcessBuilder builder = new ProcessBuilder(code.resolve("bootstrap").toString());
      builder
          .environment()
          .putAll(
              Map.of(
                  "AWS_LAMBDA_RUNTIME_API",
                  "127.0.0.1:" + server.port(),
                  "LAMBDA_TASK_ROOT",
                  code.toString(),
                  "_HANDLER",
                  "function.handler"));
      return builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    }

    RuntimeOutcome invoke(LoopbackServer server, String id, String payload)
        throws InterruptedException {
      return server.api.invoke(Invocations.of(id, payload), Invocations.PLENTY);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
