package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/**
 * The examples, as their READMEs say to use them: {@code thaw run}, {@code deploy}, {@code invoke}.
 */
class ExamplesEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  @TempDir private Path directory;

  /** A copy, so that what its build makes is not mixed with the sources. */
  private String example(String name) throws IOException {
    Path from = Path.of("..", "examples", name);
    Path to = directory.resolve(name);
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path file : tree.toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return to.toString();
  }

  private static String invoke(String name, String event) throws Exception {
    return Command.thaw("invoke", name, event, "--endpoint", thaw.endpoint()).succeeded();
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void helloPythonRunsWithOneCommand() throws Exception {
    List<String> command = List.of("run", example("hello-python"), "{\"name\":\"Ada\"}");
    String[] arguments =
        Stream.concat(command.stream(), Stream.of("--endpoint", thaw.endpoint()))
            .toArray(String[]::new);
    Command run = Command.thaw(arguments);
    assertThat(json(run.succeeded()).path("message").asString()).isEqualTo("Hello, Ada!");
    assertThat(run.err()).contains("START RequestId: ", "greeting Ada", "REPORT", "Time: ");

    Command again = Command.thaw(arguments);
    assertThat(json(again.succeeded()).path("message").asString()).isEqualTo("Hello, Ada!");
    assertThat(again.err()).contains("Thaw: warm");
  }

  @Test
  void pythonPackagesRendersAReport() throws Exception {
    deploy("python-packages");
    JsonNode answer =
        json(
            invoke(
                "python-packages",
                "{\"title\":\"Harvest\",\"csv\":\"fruit,kg\\napple,2.50\\npear,1.25\\napple,3\"}"));
    assertThat(answer.path("rows").asInt()).isEqualTo(3);
    assertThat(answer.path("html").asString()).contains("<title>Harvest</title>", "<table>");
  }

  @Test
  void rubyInvoiceRendersAnOrder() throws Exception {
    deploy("ruby-invoice");
    String order =
        "{\"number\":7,\"customer\":\"Ada\","
            + "\"items\":[{\"name\":\"Snow\",\"price\":\"0.35\",\"quantity\":3}]}";
    JsonNode answer = json(invoke("ruby-invoice", order));
    assertThat(answer.path("total").asString()).isEqualTo("1.05");
    assertThat(answer.path("html").asString()).contains("<h1>Invoice 7 for Ada</h1>");
  }

  @Test
  void javaSearchFindsConstellations() throws Exception {
    deploy("java-search");
    JsonNode answer = json(invoke("java-search", "{\"query\":\"hunter AND belt\"}"));
    assertThat(answer).hasSize(1);
    assertThat(answer.path(0).path("name").asString()).isEqualTo("Orion");

    Path jar = directory.resolve("java-search/target/package/lib/search.jar");
    List<String> options =
        List.of("--runtime", "java25", "--handler", "search.Search::handleRequest");
    String[] deploy =
        Stream.of(
                List.of("deploy", jar.toString(), "--memory", "512", "--timeout", "300"),
                options,
                List.of("--endpoint", thaw.endpoint()))
            .flatMap(List::stream)
            .toArray(String[]::new);
    assertThat(Command.thaw(deploy).succeeded()).isEqualTo("search created\n");
    assertThat(json(invoke("search", "{\"query\":\"swan\"}")).path(0).path("name").asString())
        .isEqualTo("Cygnus");
  }

  @Test
  void providedCRendersTheMandelbrotSet() throws Exception {
    deploy("provided-c");
    assertThat(invoke("provided-c", "{\"width\":20,\"height\":5}")).contains("@");
  }

  @Test
  void imageShellCountsWords() throws Exception {
    deploy("image-shell");
    assertThat(invoke("image-shell", "{\"text\":\"to be or not to be\"}"))
        .isEqualTo("{\"be\":2,\"to\":2,\"not\":1}");
    String built = directory.resolve("image-shell").toString();
    Command again =
        Command.thaw("deploy", built, "--endpoint", thaw.endpoint(), "--timeout", "300");
    assertThat(again.succeeded()).isEqualTo("image-shell unchanged\n");
  }

  @Test
  void providedShellCountsWords() throws Exception {
    deploy("provided-shell");
    assertThat(invoke("provided-shell", "{\"text\":\"to be or not to be\"}"))
        .isEqualTo("{\"words\":6,\"top\":{\"be\":2,\"to\":2,\"not\":1}}");
    Command failed =
        Command.thaw("invoke", "provided-shell", "{}", "--tail", "--endpoint", thaw.endpoint());
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).contains("\"errorType\":\"Function.Failed\"");
    assertThat(failed.err()).contains("the event needs a \"text\"");
  }

  private void deploy(String name) throws Exception {
    assertThat(
            Command.thaw("deploy", example(name), "--endpoint", thaw.endpoint(), "--timeout", "300")
                .succeeded())
        .isEqualTo(name + " created\n");
  }
}
