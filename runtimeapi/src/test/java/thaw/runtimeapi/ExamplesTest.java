package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
  void pythonPackagesRendersAReportWithAPackageOutOfDebian() throws Exception {
    Path source = copyTree(EXAMPLES.resolve("python-packages"));
    run(source, "./build.sh");
    Path code = source.resolve("build");
    try (PythonFunction function = new PythonFunction(code, "app.handler", Map.of())) {
      assertThat(function.invoke("{\"title\":\"Fruit\",\"csv\":\"name,kg\\na|b,2.50\\nc,1\"}"))
          .contains("<h1>Fruit</h1>", "<td>a|b</td>\\n<td>2.50</td>")
          .contains("\"kg\": {\"total\": 3.50, \"median\": 1.75, \"smallest\": 1, ");
      assertThat(function.invoke("{\"csv\":\"a,b\\n1\"}"))
          .startsWith("TableError {\"errorMessage\": \"line 2 has 1 fields, the header has 2\"");
    }
  }

  @Test
  void nodeInvoiceCountsInDecimals() throws Exception {
    Path code = copyTree(EXAMPLES.resolve("node-invoice"));
    run(code, "npm", "ci", "--no-audit", "--no-fund");
    try (NodeFunction function = new NodeFunction("nodejs24.x", code, "index.handler", Map.of())) {
      String line = "{\"what\":\"x\",\"count\":3,\"price\":\"0.10\"}";
      assertThat(function.invoke("{\"number\":\"1\",\"customer\":\"A\",\"lines\":[" + line + "]}"))
          .startsWith("{\"number\":\"1\",\"total\":\"0.36\",\"html\":");
      assertThat(function.invoke("{\"number\":\"1\"}"))
          .startsWith(
              "OrderError {\"errorType\":\"OrderError\",\"errorMessage\":\"order must have");
    }
  }

  @Test
  void rubyInvoiceRendersAnOrderWithAGemOutOfDebian() throws Exception {
    Path source = copyTree(EXAMPLES.resolve("ruby-invoice"));
    run(source, "./build.sh");
    Path code = source.resolve("build");
    Map<String, String> gems = Map.of("GEM_PATH", code + "/vendor/bundle/ruby/3.3.0");
    try (FunctionProcess function = RubyFunctions.start(code, "app.Invoice::Handler.call", gems)) {
      String order =
          "{\"number\":7,\"customer\":\"A & B\",\"items\":["
              + "{\"name\":\"Snow\",\"price\":\"0.35\",\"quantity\":3},"
              + "{\"name\":\"Ice\",\"price\":\"1234\",\"quantity\":1}]}";
      assertThat(function.invoke(order))
          .contains("<h1>Invoice 7 for A &amp; B</h1>", "<td>Snow<td>3<td>0.35<td>1.05</tr>")
          .contains("<td>1,235.05</tr>", "\"total\":\"1235.05\"");
      assertThat(function.out()).contains("INFO id-1 -- invoice: 2 lines for A & B\n");
      assertThat(function.invoke("{}"))
          .contains("\"errorMessage\":\"the order has no items\"")
          .contains("\"errorType\":\"Function<Invoice::OrderError>\"");
    }
  }

  @Test
  void javaSearchFindsConstellations() throws Exception {
    Path source = copyTree(EXAMPLES.resolve("java-search"));
    run(source, "mvn", "-B", "-ntp", "-q", "package");
    Path code = source.resolve("target/package");
    assertThat(Files.size(code.resolve("lib/search.jar"))).isGreaterThan(4L << 20);
    try (FunctionProcess function =
        JavaFunctions.start(code, "search.Search::handleRequest", Map.of())) {
      assertThat(function.invoke("{\"query\":\"hunter AND belt\"}"))
          .contains("\"name\":\"Orion\"")
          .doesNotContain("Scorpius");
      assertThat(function.invoke("{\"query\":\"bears\",\"most\":2}"))
          .contains("Draco", "Ursa Major");
      assertThat(function.out()).contains("2 found for bears\n");
      assertThat(function.invoke("{}"))
          .contains("\"errorType\":\"java.lang.IllegalArgumentException\"");
    }
  }

  @Test
  void providedCRendersTheMandelbrotSet() throws Exception {
    Path code = copyTree(EXAMPLES.resolve("provided-c"));
    run(code, "make", "-s", "clean", "bootstrap");
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

  private Path copyTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = temporary.resolve(directory.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return temporary;
  }

  private static void run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
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
