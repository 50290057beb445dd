package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import thaw.model.FunctionVersion;
import thaw.model.SandboxCredentials;

final class RuntimeEnvironmentTest {
  @Test
  void reservedVariablesWinOverTheCustomersAndTheCustomersOverDefaults() {
    Map<String, String> environment =
        RuntimeEnvironment.of(
            function("python3.13", Map.of("_HANDLER", "mine", "TZ", "Europe/Berlin", "A", "b")),
            "stream",
            RuntimeLogging.TEXT);
    assertThat(environment)
        .containsEntry("_HANDLER", "app.handler")
        .containsEntry("TZ", "Europe/Berlin")
        .containsEntry("A", "b")
        .containsEntry("LANG", "en_US.UTF-8")
        .containsEntry("PYTHONPATH", "/var/runtime")
        .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
        .containsEntry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .containsEntry("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .containsEntry("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
        .containsEntry("AWS_LAMBDA_LOG_FORMAT", "Text")
        .doesNotContainKey("AWS_LAMBDA_LOG_LEVEL");
  }

  @Test
  void providedRuntimesHaveNoExecutionEnvironmentAndNoPythonPath() {
    assertThat(
            RuntimeEnvironment.of(
                function("provided.al2023", Map.of()), "stream", RuntimeLogging.TEXT))
        .doesNotContainKeys("AWS_EXECUTION_ENV", "PYTHONPATH")
        .containsEntry("LAMBDA_TASK_ROOT", "/var/task");
  }

  @Test
  void nodeFindsLayersAndTheSdkUnlessTheFunctionSaysOtherwise() {
    assertThat(RuntimeEnvironment.of(function("nodejs22.x", Map.of()), "s", RuntimeLogging.TEXT))
        .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x")
        .containsEntry(
            "NODE_PATH",
            "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules"
                + ":/var/runtime:/var/task");
    Map<String, String> own = Map.of("NODE_PATH", "/var/task/lib");
    assertThat(RuntimeEnvironment.of(function("nodejs24.x", own), "s", RuntimeLogging.TEXT))
        .containsEntry("NODE_PATH", "/var/task/lib");
  }

  @Test
  void loggingConfigReachesTheRuntime() {
    RuntimeLogging logging = new RuntimeLogging("JSON", Optional.of("WARN"));
    assertThat(RuntimeEnvironment.of(function("python3.13", Map.of()), "stream", logging))
        .containsEntry("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .containsEntry("AWS_LAMBDA_LOG_LEVEL", "WARN");
  }

  @Test
  void credentialsStandInTheEnvironmentUnlessASnapshotWouldKeepThem() {
    SandboxCredentials credentials = new SandboxCredentials("ID", "SECRET", "TOKEN");
    FunctionVersion plain = function("python3.13", Map.of());
    assertThat(RuntimeEnvironment.access(plain, credentials))
        .isEqualTo(
            Map.of(
                "AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9002",
                "AWS_ACCESS_KEY_ID", "ID",
                "AWS_SECRET_ACCESS_KEY", "SECRET",
                "AWS_SESSION_TOKEN", "TOKEN"));

    FunctionVersion frozen =
        new FunctionVersion(
            plain.accountId(),
            plain.region(),
            plain.name(),
            "1",
            plain.revisionId(),
            plain.runtime(),
            plain.handler(),
            plain.memorySizeMb(),
            plain.timeout(),
            plain.ephemeralStorageMb(),
            Map.of("AWS_ENDPOINT_URL_LAMBDA", "http://elsewhere"),
            plain.codeSha256(),
            plain.logGroup(),
            "Text",
            Optional.empty(),
            true);
    assertThat(RuntimeEnvironment.access(frozen, credentials))
        .isEqualTo(
            Map.of(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9002/_thaw/credentials"));
  }

  @Test
  void whatAProcessIsToldWhenItIsExecutedNeedsOneOfItsOwn() {
    for (String name :
        List.of(
            "JAVA_TOOL_OPTIONS",
            "NODE_OPTIONS",
            "NODE_EXTRA_CA_CERTS",
            "AWS_LAMBDA_EXEC_WRAPPER",
            "LD_PRELOAD",
            "PYTHONPATH",
            "RUBYOPT")) {
      assertThat(RuntimeEnvironment.hasExecTimeVariables(Map.of(name, "x", "A", "b")))
          .as(name)
          .isTrue();
    }
    assertThat(RuntimeEnvironment.hasExecTimeVariables(Map.of("TZ", "x", "OPTIONS", "b")))
        .isFalse();
  }

  @Test
  void aWrapperGoesBeforeTheRuntimesCommand() {
    Map<String, String> wrapper = Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper");
    List<String> command = RuntimeCommand.of("nodejs24.x").command();
    assertThat(RuntimeCommand.of(function("nodejs24.x", wrapper)))
        .startsWith("/opt/wrapper")
        .endsWith(command.toArray(String[]::new))
        .hasSize(command.size() + 1);
    assertThat(RuntimeCommand.of(function("provided.al2023", wrapper)))
        .isEqualTo(RuntimeCommand.of("provided.al2023").command());
  }

  @Test
  void aRuntimeThatIsNotOfferedIsRefusedWithTheListOfThoseThatAre() {
    assertThatThrownBy(() -> RuntimeCommand.of("cobol85"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cobol85")
        .hasMessageContaining(
            "java21, java25, nodejs22.x, nodejs24.x, provided.al2023, python3.13, ruby3.3");
  }

  private static FunctionVersion function(String runtime, Map<String, String> environment) {
    return new FunctionVersion(
        "000000000000",
        "us-east-1",
        "f",
        "$LATEST",
        "revision",
        runtime,
        "app.handler",
        512,
        Duration.ofSeconds(3),
        512,
        environment,
        "0".repeat(64),
        "/aws/lambda/f");
  }
}
