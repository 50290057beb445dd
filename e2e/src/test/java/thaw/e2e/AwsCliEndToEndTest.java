package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A function's life with the AWS CLI (Debian's awscli), in a real VM. */
class AwsCliEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  @TempDir private Path directory;

  private Command aws(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/usr/bin/aws", "--endpoint-url", thaw.endpoint()));
    command.addAll(List.of("--cli-read-timeout", "900", "lambda"));
    command.addAll(List.of(arguments));
    Map<String, String> environment =
        Map.of(
            "AWS_ACCESS_KEY_ID", "any",
            "AWS_SECRET_ACCESS_KEY", "any",
            "AWS_DEFAULT_REGION", "us-east-1",
            "AWS_CONFIG_FILE", directory.resolve("none").toString(),
            "AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString(),
            "AWS_EC2_METADATA_DISABLED", "true",
            "AWS_MAX_ATTEMPTS", "1",
            "AWS_PAGER", "");
    return Command.run(environment, command);
  }

  @Test
  void helloPythonIsCreatedInvokedUpdatedAndDeleted() throws Exception {
    Path zip = directory.resolve("function.zip");
    String source = Files.readString(Path.of("..", "examples", "hello-python", "app.py"));
    Files.write(zip, Zips.of("app.py", source).asByteArray());

    String create =
        "create-function --function-name hello --runtime python3.13 --handler app.handler"
            + " --role arn:aws:iam::000000000000:role/any --timeout 300 --zip-file fileb://"
            + zip;
    assertThat(aws(create.split(" ", -1)).succeeded()).contains("\"State\": \"Pending\"");
    aws("wait", "function-active-v2", "--function-name", "hello").succeeded();

    Path answer = directory.resolve("answer.json");
    String invoke =
        "invoke --function-name hello --cli-binary-format raw-in-base64-out --log-type Tail"
            + " --query LogResult --output text --payload {\"name\":\"Ada\"} "
            + answer;
    String log = aws(invoke.split(" ", -1)).succeeded().strip();
    assertThat(answer).content().contains("\"message\": \"Hello, Ada!\"");
    assertThat(new String(Base64.getDecoder().decode(log), StandardCharsets.UTF_8))
        .contains("greeting Ada", "REPORT RequestId: ");

    String update =
        "update-function-configuration --function-name hello"
            + " --environment Variables={GREETING=Welcome}";
    aws(update.split(" ", -1)).succeeded();
    aws("wait", "function-updated-v2", "--function-name", "hello").succeeded();
    aws(invoke.split(" ", -1)).succeeded();
    assertThat(answer).content().contains("\"message\": \"Welcome, Ada!\"");

    aws("delete-function", "--function-name", "hello").succeeded();
    Command gone = aws(invoke.split(" ", -1));
    assertThat(gone.exitCode()).isEqualTo(254);
    assertThat(gone.err())
        .contains(
            "An error occurred (ResourceNotFoundException) when calling the Invoke operation",
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello");
  }
}
