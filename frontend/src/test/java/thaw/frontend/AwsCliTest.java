package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AWS CLI (Debian's awscli) against the frontend. */
class AwsCliTest {
  private record Result(int exitCode, String output) {}

  @TempDir Path directory;
  private TestFrontend frontend;

  @BeforeEach
  void start() throws IOException {
    frontend = TestFrontend.start(directory.resolve("data"));
  }

  @AfterEach
  void stop() throws IOException {
    frontend.close();
  }

  private Result aws(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("/usr/bin/aws", "--endpoint-url", frontend.endpoint().toString(), "lambda"));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("AWS_ACCESS_KEY_ID", "test");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "test");
    builder.environment().put("AWS_DEFAULT_REGION", "us-east-1");
    builder.environment().put("AWS_CONFIG_FILE", directory.resolve("none").toString());
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_PAGER", "");
    Process process = builder.start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("aws did not end: " + command);
    }
    return new Result(process.exitValue(), Files.readString(output));
  }

  private String succeeds(String... arguments) throws IOException, InterruptedException {
    Result result = aws(arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  @Test
  void createsInvokesAndDeletes() throws IOException, InterruptedException {
    Path zip = Files.write(directory.resolve("f.zip"), TestFrontend.zip("app.py", ""));
    assertThat(
            succeeds(
                "create-function",
                "--function-name",
                "f",
                "--runtime",
                "python3.13",
                "--role",
                TestFrontend.ROLE,
                "--handler",
                "app.handler",
                "--zip-file",
                "fileb://" + zip))
        .contains("\"FunctionName\": \"f\"");
    succeeds("wait", "function-active-v2", "--function-name", "f");
    Path answer = directory.resolve("answer");
    assertThat(
            succeeds(
                "invoke",
                "--function-name",
                "f",
                "--payload",
                "{\"name\":\"Ada\"}",
                "--cli-binary-format",
                "raw-in-base64-out",
                "--log-type",
                "Tail",
                answer.toString()))
        .contains("\"StatusCode\": 200", "\"ExecutedVersion\": \"$LATEST\"", "LogResult");
    assertThat(answer).hasContent("{\"name\":\"Ada\"}");
    assertThat(succeeds("list-functions")).contains("\"FunctionName\": \"f\"");
    succeeds("delete-function", "--function-name", "f");
    Result gone = aws("get-function", "--function-name", "f");
    assertThat(gone.exitCode()).isEqualTo(254);
    assertThat(gone.output())
        .contains(
            "An error occurred (ResourceNotFoundException) when calling the GetFunction operation:"
                + " Function not found: arn:aws:lambda:us-east-1:000000000000:function:f");
    assertThat(aws("list-code-signing-configs").output())
        .contains(
            "An error occurred (NotImplementedException) when calling the"
                + " ListCodeSigningConfigs operation:"
                + " Thaw does not offer ListCodeSigningConfigs yet");
  }

  @Test
  void publishesListsInvokesAndDeletesVersions() throws IOException, InterruptedException {
    frontend.createActive("f");
    assertThat(succeeds("publish-version", "--function-name", "f", "--description", "first"))
        .contains(
            "\"FunctionArn\": \"arn:aws:lambda:us-east-1:000000000000:function:f:1\"",
            "\"Version\": \"1\"",
            "\"Description\": \"first\"");
    succeeds("wait", "published-version-active", "--function-name", "f", "--qualifier", "1");
    Path answer = directory.resolve("answer");
    assertThat(succeeds("invoke", "--function-name", "f", "--qualifier", "1", answer.toString()))
        .contains("\"ExecutedVersion\": \"1\"");
    assertThat(
            succeeds(
                "list-versions-by-function",
                "--function-name",
                "f",
                "--query",
                "Versions[].Version",
                "--output",
                "text"))
        .isEqualTo("$LATEST\t1\n");
    succeeds("delete-function", "--function-name", "f", "--qualifier", "1");
    assertThat(aws("get-function", "--function-name", "f:1").output())
        .contains("Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:1");
    succeeds("get-function", "--function-name", "f");
  }
}
