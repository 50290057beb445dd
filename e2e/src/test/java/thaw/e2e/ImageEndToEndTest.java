package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionCodeLocation;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.State;
import tools.jackson.databind.JsonNode;

/** Functions that are container images, in real VMs; a subclass has them in containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageEndToEndTest {
  @TempDir static Path directory;

  @RegisterExtension
  final ThawPlatform thaw =
      ThawPlatform.with("none", "driver=" + driver(), "snapshots.restoreTimeout=60s");

  private String image = "";

  /** The driver that the functions run on. */
  String driver() {
    return "microvm";
  }

  @BeforeAll
  void buildImage() throws Exception {
    image = image("facts");
  }

  String image(String tag, String... more) throws Exception {
    List<String> config =
        new ArrayList<>(
            List.of(
                "--config.entrypoint=/lambda-entrypoint.sh",
                "--config.cmd=facts",
                "--config.workingdir=/var/task",
                "--config.env=COLOUR=blue",
                "--config.env=SHADE=dark"));
    config.addAll(List.of(more));
    return ContainerImage.build(directory.resolve(driver() + "-layout"), tag, config);
  }

  void create(String name, Consumer<CreateFunctionRequest.Builder> changes) {
    thaw.lambda()
        .createFunction(builder ->
            changes.accept(
                builder
                    .functionName(name)
                    .role("arn:aws:iam::000000000000:role/e2e")
                    .packageType(PackageType.IMAGE)
                    .memorySize(256)
                    .timeout(Functions.PATIENT_SECONDS)
                    .code(code -> code.imageUri(image))));
    thaw.lambda().waiter().waitUntilFunctionActiveV2(request -> request.functionName(name));
  }

  @Test
  void anImageIsAllThatItsFunctionSees() {
    create("facts", f -> f.environment(e -> e.variables(Map.of("SHADE", "light"))));

    Answer answer = Functions.invoke(thaw, "facts", "{\"a\":1}");

    assertThat(answer.error()).as(answer.text() + answer.log()).isEmpty();
    JsonNode facts = answer.json();
    assertThat(facts.path("event").path("a").asInt()).isEqualTo(1);
    assertThat(facts.path("cwd").asString()).isEqualTo("/var/task");
    assertThat(facts.path("uid").asString()).isEqualTo("993");
    assertThat(facts.path("root").asString()).isEqualTo("read-only");
    assertThat(facts.path("tmp").asString()).isEqualTo("hello");
    assertThat(facts.path("colour").asString()).isEqualTo("blue");
    assertThat(facts.path("shade").asString()).isEqualTo("light");
    assertThat(facts.path("hosts").asInt()).isPositive();
    assertThat(facts.path("dev").asString()).contains("null", "urandom").doesNotContain("vd");
    assertThat(facts.path("count").asInt()).isEqualTo(500);
    assertThat(answer.log()).contains("handling {\"a\":1}");
    assertThat(Functions.invoke(thaw, "facts", "{}").report().group("origin")).isEqualTo("warm");
  }

  @Test
  void theImageIsPinnedAndShown() {
    create("shown", f -> f.imageConfig(c -> c.command("facts").workingDirectory("/many")));

    GetFunctionResponse shown = thaw.lambda().getFunction(r -> r.functionName("shown"));
    FunctionCodeLocation code = shown.code();
    assertThat(code.repositoryType()).isEqualTo("ECR");
    assertThat(code.imageUri()).isEqualTo(image);
    assertThat(code.resolvedImageUri())
        .endsWith("@sha256:" + shown.configuration().codeSha256())
        .startsWith("oci:");
    assertThat(shown.configuration().imageConfigResponse().imageConfig().command())
        .containsExactly("facts");
    assertThat(shown.configuration().codeSize()).isZero();
    assertThat(Functions.invoke(thaw, "shown", "{}").json().path("cwd").asString())
        .isEqualTo("/many");
  }

  @Test
  void aProgramThatIsNotThereIsToldAsAwsTellsIt() {
    create("nothing", f -> f.imageConfig(c -> c.entryPoint("/nothing")));
    create("nowhere", f -> f.imageConfig(c -> c.workingDirectory("/nowhere")));

    Answer nothing = Functions.invoke(thaw, "nothing", "{}");
    Answer nowhere = Functions.invoke(thaw, "nowhere", "{}");

    assertThat(nothing.json().path("errorType").asString()).isEqualTo("Runtime.InvalidEntrypoint");
    assertThat(nothing.text()).contains("fork/exec /nothing: no such file or directory");
    assertThat(nowhere.json().path("errorType").asString()).isEqualTo("Runtime.InvalidWorkingDir");
  }

  @Test
  void whatCannotBeHadIsRefusedInAwsWords() {
    assertThatThrownBy(() -> create("none", f -> f.code(c -> c.imageUri(image + "x"))))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining("does not exist. Provide a valid source image.");
    assertThatThrownBy(() -> create("none", f -> f.code(c -> c.imageUri("No Image"))))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining("is not valid. Provide a valid source image.");
  }

  @Test
  void snapStartIsForImagesThatAskForTheirRestoreOrSayThatTheyAllowIt() throws Exception {
    if (driver().equals("container")) {
      return; // there are no snapshots
    }
    String silent = image("silent", "--config.env=NO_RESTORE=1");
    String allowing =
        image(
            "allowing",
            "--config.env=NO_RESTORE=1",
            "--config.label=com.amazonaws.lambda.feature.snapstart=Allow");

    assertThat(published("restoring", image).state()).isEqualTo(State.ACTIVE);
    assertThat(published("allowing", allowing).state()).isEqualTo(State.ACTIVE);
    FunctionConfiguration failed = published("silent", silent);

    assertThat(failed.state()).isEqualTo(State.FAILED);
    assertThat(failed.stateReasonCodeAsString()).isEqualTo("InvalidImage");
    assertThat(failed.stateReason()).contains("/runtime/restore/next", "snapstart=Allow");
    for (String name : List.of("restoring", "allowing")) {
      Answer answer = Functions.invoke(thaw, name + ":1", "{\"a\":2}");
      assertThat(answer.json().path("event").path("a").asInt()).as(answer.log()).isEqualTo(2);
      assertThat(answer.report().group("origin")).isEqualTo("function");
      assertThat(Functions.invoke(thaw, name + ":1", "{}").error()).isEmpty();
    }
  }

  private FunctionConfiguration published(String name, String uri) {
    create(
        name,
        f ->
            f.code(c -> c.imageUri(uri))
                .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
    thaw.lambda().publishVersion(r -> r.functionName(name));
    return await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                thaw.lambda().getFunction(r -> r.functionName(name).qualifier("1")).configuration(),
            version -> version.state() != State.PENDING);
  }

  @Test
  void anotherImageTakesItsPlace() throws Exception {
    create("changing", f -> {});
    String other = image("other", "--config.env=COLOUR=green");

    thaw.lambda().updateFunctionCode(r -> r.functionName("changing").imageUri(other));
    thaw.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("changing"));

    assertThat(Functions.invoke(thaw, "changing", "{}").json().path("colour").asString())
        .isEqualTo("green");
    thaw.lambda().deleteFunction(r -> r.functionName("changing"));
  }
}
