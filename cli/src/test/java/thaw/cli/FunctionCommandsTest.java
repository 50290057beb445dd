package thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.cli.client.Json;
import thaw.cli.deploy.DeploymentPackage;
import tools.jackson.databind.JsonNode;

/** The commands that talk to a platform, against prepared answers. */
class FunctionCommandsTest {
  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final String INVOKE = "POST " + FUNCTIONS + "/hello/invocations";

  private FakePlatform platform;

  @TempDir private Path dir;

  @BeforeEach
  void start() throws IOException {
    platform = new FakePlatform();
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private Path helloDirectory() throws IOException {
    Path hello = Files.createDirectory(dir.resolve("hello"));
    Files.writeString(hello.resolve("app.py"), "def handler(e, c): return e\n");
    Files.writeString(
        hello.resolve("function.conf"),
        "runtime = python3.13\nhandler = app.handler\nenvironment { A = b }\n");
    return hello;
  }

  private static String existing(String codeSha256, int timeout) {
    return """
    {"Configuration": {"FunctionName": "hello", "CodeSha256": "%s", "Runtime": "python3.13",
     "Handler": "app.handler", "Description": "", "MemorySize": 128, "Timeout": %d,
     "EphemeralStorage": {"Size": 512}, "Environment": {"Variables": {"A": "b"}},
     "State": "Active", "LastUpdateStatus": "Successful"}}\
    """
        .formatted(codeSha256, timeout);
  }

  @Test
  void invokePrintsExactlyTheAnswersBytes() {
    platform.on(INVOKE, 200, "{\"a\": \"ü\"}");
    CommandRun run = platform.run("", "invoke", "hello", "{\"name\":\"Ada\"}");
    assertThat(run).isEqualTo(new CommandRun(0, "{\"a\": \"ü\"}", ""));
    assertThat(platform.asked().getFirst().body()).isEqualTo("{\"name\":\"Ada\"}");
  }

  @Test
  void invokeReadsItsPayloadFromStdinOrAFile() throws IOException {
    platform.on(INVOKE, 200, "1");
    platform.run("from stdin", "invoke", "hello", "-");
    Path file = Files.writeString(dir.resolve("event"), "from file");
    platform.run("", "invoke", "hello", "@" + file);
    platform.run("", "invoke", "hello");
    assertThat(platform.asked())
        .extracting(FakePlatform.Asked::body)
        .containsExactly("from stdin", "from file", "{}");
  }

  @Test
  void aFailedFunctionPrintsItsErrorAndExitsWith1() {
    platform.on(INVOKE, 200, "{\"errorMessage\": \"no\"}", "X-Amz-Function-Error", "Unhandled");
    CommandRun run = platform.run("", "invoke", "hello");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.out()).isEqualTo("{\"errorMessage\": \"no\"}");
    assertThat(run.err()).isEqualTo("thaw: the function failed (Unhandled)\n");
  }

  @Test
  void invokeWithTailPrintsTheLogOnStderr() {
    String log = Base64.getEncoder().encodeToString("START\nEND".getBytes(StandardCharsets.UTF_8));
    platform.on(INVOKE, 200, "1", "X-Amz-Log-Result", log);
    CommandRun run = platform.run("", "invoke", "hello", "--tail");
    assertThat(run).isEqualTo(new CommandRun(0, "1", "START\nEND\n"));
    assertThat(platform.asked().getFirst().headers()).containsEntry("X-amz-log-type", "Tail");
  }

  @Test
  void anErrorOfTheApiIsShownWithItsNameAndText() {
    platform.on(
        "DELETE " + FUNCTIONS + "/hello",
        404,
        "{\"Type\":\"User\",\"Message\":\"Function not found: arn:x\"}",
        "x-amzn-errortype",
        "ResourceNotFoundException:http://x/",
        "Content-Type",
        "application/json");
    CommandRun run = platform.run("", "delete", "hello");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).isEqualTo("thaw: ResourceNotFoundException: Function not found: arn:x\n");
  }

  @Test
  void listFollowsThePages() {
    platform.on(
        "GET " + FUNCTIONS + "/",
        200,
        "{\"Functions\":[{\"FunctionName\":\"a\"}],\"NextMarker\":\"m=1\"}");
    platform.on(
        "GET " + FUNCTIONS + "/?Marker=m%3D1",
        200,
        "{\"Functions\":[{\"FunctionName\":\"b\"}],\"NextMarker\":null}");
    JsonNode list = platform.run("", "list", "--json").json();
    assertThat(list.path("functions"))
        .extracting(f -> f.path("FunctionName").asString())
        .containsExactly("a", "b");
    assertThat(platform.run("", "list").out()).contains("NAME", "\na", "\nb");
  }

  @Test
  void deployCreatesWhatIsNotThere() throws IOException {
    platform.on("POST " + FUNCTIONS, 201, "{}");
    // The answer to GetFunction is the same before and after: 404 first is what matters, so the
    // wait for Active reports a function that is gone.
    CommandRun run = platform.run("", "deploy", helloDirectory().toString(), "--memory", "256");
    assertThat(run.err()).contains("was deleted meanwhile");
    FakePlatform.Asked create = platform.asked().get(1);
    assertThat(create.line()).isEqualTo("POST " + FUNCTIONS);
    JsonNode request = Json.parse(create.body().getBytes(StandardCharsets.UTF_8));
    assertThat(request.path("FunctionName").asString()).isEqualTo("hello");
    assertThat(request.path("MemorySize").asInt()).isEqualTo(256);
    assertThat(request.path("Environment").path("Variables").path("A").asString()).isEqualTo("b");
    assertThat(request.path("Code").path("ZipFile").asString()).startsWith("UEsDB");
  }

  @Test
  void deployOfWhatIsThereUnchangedChangesNothing() throws Exception {
    Path hello = helloDirectory();
    String sha256 = Digests.sha256Base64(DeploymentPackage.of(hello).zip());
    platform.on("GET " + FUNCTIONS + "/hello", 200, existing(sha256, 3));
    CommandRun run = platform.run("", "deploy", hello.toString());
    assertThat(run).isEqualTo(new CommandRun(0, "hello unchanged\n", ""));
    assertThat(platform.asked()).allSatisfy(a -> assertThat(a.line()).startsWith("GET"));
  }

  @Test
  void deployUpdatesOnlyWhatDiffers() throws Exception {
    Path hello = helloDirectory();
    platform.on("GET " + FUNCTIONS + "/hello", 200, existing("other", 3));
    platform.on("PUT " + FUNCTIONS + "/hello/code", 200, "{}");
    assertThat(platform.run("", "deploy", hello.toString()).out()).isEqualTo("hello updated\n");
    assertThat(platform.asked())
        .extracting(FakePlatform.Asked::line)
        .contains("PUT " + FUNCTIONS + "/hello/code")
        .doesNotContain("PUT " + FUNCTIONS + "/hello/configuration");
  }

  @Test
  void runDeploysInvokesAndSaysWhereTheTimeWent() throws Exception {
    Path hello = helloDirectory();
    String sha256 = Digests.sha256Base64(DeploymentPackage.of(hello).zip());
    platform.on("GET " + FUNCTIONS + "/hello", 200, existing(sha256, 3));
    platform.on(INVOKE, 200, "\"hi\"", "Server-Timing", "sandbox;dur=2913.04, handler;dur=2.1");
    CommandRun run = platform.run("", "run", hello.toString(), "{}");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("\"hi\"");
    assertThat(run.err())
        .containsPattern("Time: [0-9,.]+ ms \\(sandbox 2,913.0 ms, handler 2.1 ms\\)");
  }

  @Test
  void whatIsMissingIsSaidBeforeAnythingIsSent() throws IOException {
    Path bare = Files.createDirectory(dir.resolve("bare"));
    Files.writeString(bare.resolve("x.py"), "");
    assertThat(platform.run("", "run", bare.toString()).err())
        .contains("no runtime is given for bare", "--runtime python3.13");
    assertThat(platform.run("", "run", bare.toString(), "--runtime", "python3.13").err())
        .contains("no handler is given");
    assertThat(platform.run("", "run", dir.resolve("nothing").toString()).err())
        .contains("no such directory, zip or jar");
    assertThat(platform.asked()).isEmpty();
  }
}
