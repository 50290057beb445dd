package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.named;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.FunctionImage;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import tools.jackson.databind.json.JsonMapper;

/** Functions of PackageType Image, of images in an OCI layout that is written by hand. */
class ImageFunctionsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final FunctionReference F = named("f");

  @TempDir Path directory;

  @Test
  void anImageIsTakenInWhileItsFunctionIsPending() throws Exception {
    String digest = image("/run");
    try (Opened opened = Opened.at(directory.resolve("data"))) {
      FunctionConfiguration created = opened.service().create(F, request().build());
      assertThat(created.state()).isEqualTo(State.PENDING);
      assertThat(created.codeSha256()).isEqualTo(digest);
      assertThat(created.codeSize()).isZero();
      assertThat(opened.settled(F).state()).isEqualTo(State.ACTIVE);

      FunctionVersion version = opened.service().resolve(F);
      assertThat(version.image())
          .contains(new FunctionImage(List.of("/run"), Map.of("A", "b"), "/", false));
      assertThat(opened.service().get(F).image())
          .contains(new StoredFunction.Image(uri(), "oci:" + layout() + "@sha256:" + digest));
    }
    try (Opened again = Opened.at(directory.resolve("data"))) {
      assertThat(again.service().resolve(F).image()).isPresent();
    }
  }

  @Test
  void aTagThatMovesChangesNothingUntilTheFunctionIsUpdated() throws Exception {
    String first = image("/first");
    try (Opened opened = Opened.at(directory.resolve("data"))) {
      opened.service().create(F, request().build());
      opened.settled(F);
      opened.service().publish(F, PublishVersionRequest.builder().build());
      String second = image("/second");
      assertThat(opened.service().resolve(F).codeSha256()).isEqualTo(first);

      opened.service().updateCode(F, UpdateFunctionCodeRequest.builder().imageUri(uri()).build());
      assertThat(opened.settled(F).lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
      assertThat(opened.service().resolve(F).codeSha256()).isEqualTo(second);
      assertThat(opened.service().resolve(F).image().orElseThrow().command())
          .containsExactly("/second");
      FunctionReference one =
          new FunctionReference(F.accountId(), F.region(), F.name(), Optional.of("1"));
      assertThat(opened.service().getConfiguration(one).codeSha256()).isEqualTo(first);
    }
  }

  @Test
  void imageConfigReplacesEachPartForItself() throws Exception {
    image("/run");
    try (Opened opened = Opened.at(directory.resolve("data"))) {
      opened.service().create(F, request().imageConfig(c -> c.command("x", "y")).build());
      opened.settled(F);
      assertThat(opened.service().resolve(F).image().orElseThrow().command())
          .containsExactly("/run", "x", "y");
      opened
          .service()
          .updateConfiguration(
              F,
              UpdateFunctionConfigurationRequest.builder()
                  .imageConfig(c -> c.entryPoint("/other").workingDirectory("/w"))
                  .build());
      opened.settled(F);
      FunctionImage changed = opened.service().resolve(F).image().orElseThrow();
      assertThat(changed.command()).containsExactly("/other");
      assertThat(changed.workingDirectory()).isEqualTo("/w");
      assertThatThrownBy(() ->
              opened
                  .service()
                  .updateConfiguration(
                      F, UpdateFunctionConfigurationRequest.builder().handler("a.b").build()))
          .hasMessageStartingWith("Please don't provide Handler or Runtime or Layer");
      assertThatThrownBy(
              () -> opened.service().updateCode(F, UpdateFunctionCodeRequest.builder().build()))
          .hasMessage("Please provide ImageUri when updating a function with packageType Image.");
    }
  }

  @Test
  void anImageWhoseLayersCannotBeHadFailsItsFunction() throws Exception {
    image("/run");
    try (var blobs = Files.list(layout().resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        if (!Files.readString(blob).startsWith("{")) {
          Files.write(blob, new byte[1024]);
        }
      }
    }
    try (Opened opened = Opened.at(directory.resolve("data"))) {
      opened.service().create(F, request().build());
      FunctionConfiguration failed = opened.settled(F);
      assertThat(failed.state()).isEqualTo(State.FAILED);
      assertThat(failed.stateReasonCodeAsString()).isEqualTo("InvalidImage");
      assertThat(failed.stateReason()).contains("not what its digest says");
    }
  }

  @Test
  void anImageWithoutAProgramIsRefused() throws Exception {
    image("");
    try (Opened opened = Opened.at(directory.resolve("data"))) {
      assertThatThrownBy(() -> opened.service().create(F, request().build()))
          .hasMessageContaining("EntryPoint");
    }
  }

  private Path layout() {
    return directory.resolve("layout");
  }

  private String uri() {
    return "oci:" + layout();
  }

  private CreateFunctionRequest.Builder request() {
    return CreateFunctionRequest.builder()
        .functionName("f")
        .role("arn:aws:iam::000000000000:role/r")
        .packageType(PackageType.IMAGE)
        .code(code -> code.imageUri(uri()));
  }

  /** Writes the layout anew, with one image; answers its digest. */
  private String image(String entryPoint) throws Exception {
    Files.createDirectories(layout().resolve("blobs/sha256"));
    byte[] layer = new byte[2048]; // an archive of nothing; something else for each image
    Map<String, Object> run =
        entryPoint.isEmpty()
            ? Map.of()
            : Map.of("Entrypoint", List.of(entryPoint), "Env", List.of("A=b"));
    Object config =
        blob(
            "application/vnd.oci.image.config.v1+json",
            JSON.writeValueAsBytes(
                Map.of(
                    "os",
                    "linux",
                    "architecture",
                    "amd64",
                    "config",
                    run,
                    "rootfs",
                    Map.of("diff_ids", List.of("sha256:" + sha256(layer))))));
    byte[] manifest =
        JSON.writeValueAsBytes(
            Map.of(
                "schemaVersion",
                2,
                "config",
                config,
                "layers",
                List.of(blob("application/vnd.oci.image.layer.v1.tar", layer))));
    Object listed = blob("application/vnd.oci.image.manifest.v1+json", manifest);
    Files.write(
        layout().resolve("index.json"),
        JSON.writeValueAsBytes(Map.of("schemaVersion", 2, "manifests", List.of(listed))));
    return sha256(manifest);
  }

  private Object blob(String type, byte[] content) throws Exception {
    Files.write(layout().resolve("blobs/sha256").resolve(sha256(content)), content);
    return Map.of("mediaType", type, "digest", "sha256:" + sha256(content), "size", content.length);
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }
}
