package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.code;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;
import thaw.model.LayerReference;

class LayersTest {
  private static final FunctionReference F = named("f");
  private static final LayerReference L = layer("l");
  private static final String ACCOUNT = "000000000000";

  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void open() throws IOException {
    opened = Opened.at(directory);
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private static LayerReference layer(String name) {
    return LayerReference.parse(name, "000000000000", "us-east-1");
  }

  private GetLayerVersionResponse publish(LayerReference layer, String source) throws IOException {
    return publish(layer, Functions.zip(source), "python3.13");
  }

  private GetLayerVersionResponse publish(LayerReference layer, byte[] zip, String runtime)
      throws IOException {
    return opened
        .service()
        .layers()
        .publish(
            layer,
            PublishLayerVersionRequest.builder()
                .description("about it")
                .licenseInfo("MIT")
                .compatibleRuntimesWithStrings(runtime)
                .content(c -> c.zipFile(SdkBytes.fromByteArray(zip)))
                .build());
  }

  private void create(String... layers) throws IOException {
    opened.service().create(F, request("1").layers(layers).build());
    opened.settled(F);
  }

  private void update(List<String> layers) {
    opened
        .service()
        .updateConfiguration(
            F, UpdateFunctionConfigurationRequest.builder().layers(layers).build());
    opened.settled(F);
  }

  @Test
  void aVersionIsWhatWasPublished() throws IOException {
    GetLayerVersionResponse one = publish(L, "1");
    GetLayerVersionResponse two = publish(L, "2");

    assertThat(one.layerArn()).isEqualTo("arn:aws:lambda:us-east-1:000000000000:layer:l");
    assertThat(one.layerVersionArn()).isEqualTo(one.layerArn() + ":1");
    assertThat(two.version()).isEqualTo(2);
    assertThat(one.description()).isEqualTo("about it");
    assertThat(one.licenseInfo()).isEqualTo("MIT");
    assertThat(one.compatibleRuntimesAsStrings()).containsExactly("python3.13");
    assertThat(one.hasCompatibleArchitectures()).isFalse();
    assertThat(one.content().codeSize()).isEqualTo(Functions.zip("1").length);
    assertThat(one.createdDate())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000");
    assertThat(opened.service().layers().get(L, 1, ACCOUNT)).isEqualTo(one);
    close();
    opened = Opened.at(directory);
    assertThat(opened.service().layers().get(L, 2, ACCOUNT)).isEqualTo(two);
  }

  @Test
  void numbersAreNeverGivenAgain() throws IOException {
    publish(L, "1");
    publish(L, "2");
    opened.service().layers().delete(L, 2);
    opened.service().layers().delete(L, 2);
    opened.service().layers().delete(L, 9);

    assertThat(publish(L, "2").version()).isEqualTo(3);
    missing(() -> opened.service().layers().get(L, 2, ACCOUNT));
    missing(() -> opened.service().layers().get(layer("absent"), 1, ACCOUNT));
    invalid(() -> opened.service().layers().get(L, 0, ACCOUNT))
        .hasMessage("Layer Version Cannot be less than 1.");
  }

  @Test
  void listsComeInPagesAndMatchWhatIsAskedFor() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      publish(layer(name), Functions.zip("1"), "python3.13");
      publish(layer(name), Functions.zip("2"), "nodejs22.x");
    }
    opened.service().layers().delete(layer("c"), 2);

    var first =
        opened
            .service()
            .layers()
            .list("000000000000", ListLayersRequest.builder().maxItems(2).build());
    assertThat(first.layers()).extracting(LayersListItem::layerName).containsExactly("a", "b");
    assertThat(first.layers().getFirst().latestMatchingVersion().version()).isEqualTo(2);
    var second =
        opened
            .service()
            .layers()
            .list(
                "000000000000",
                ListLayersRequest.builder().maxItems(2).marker(first.nextMarker()).build());
    assertThat(second.layers()).extracting(LayersListItem::layerName).containsExactly("c");
    assertThat(second.layers().getFirst().latestMatchingVersion().version()).isEqualTo(1);
    assertThat(second.nextMarker()).isNull();
    var python =
        opened
            .service()
            .layers()
            .list(
                "000000000000",
                ListLayersRequest.builder().compatibleRuntime("python3.13").build());
    assertThat(python.layers())
        .extracting(item -> item.latestMatchingVersion().version())
        .containsExactly(1L, 1L, 1L);
    var arm =
        opened
            .service()
            .layers()
            .list(
                "000000000000",
                ListLayersRequest.builder().compatibleArchitecture("arm64").build());
    assertThat(arm.layers()).isEmpty();

    var versions =
        opened
            .service()
            .layers()
            .versions(layer("a"), ListLayerVersionsRequest.builder().maxItems(1).build());
    assertThat(versions.layerVersions().getFirst().version()).isEqualTo(2);
    var older =
        opened
            .service()
            .layers()
            .versions(
                layer("a"),
                ListLayerVersionsRequest.builder().marker(versions.nextMarker()).build());
    assertThat(older.layerVersions().getFirst().version()).isEqualTo(1);
    assertThat(older.nextMarker()).isNull();
    assertThat(
            opened
                .service()
                .layers()
                .versions(layer("absent"), ListLayerVersionsRequest.builder().build())
                .layerVersions())
        .isEmpty();
  }

  @Test
  void aFunctionHasItsLayersInTheOrderGiven() throws IOException {
    String one = publish(L, "1").layerVersionArn();
    String two = publish(layer("m"), "2").layerVersionArn();
    create(two, one);

    assertThat(opened.service().getConfiguration(F).layers())
        .extracting(l -> l.arn())
        .containsExactly(two, one);
    assertThat(opened.service().getConfiguration(F).layers().getFirst().codeSize())
        .isEqualTo(Functions.zip("2").length);
    assertThat(opened.service().resolve(F).layers()).containsExactly(hash("2"), hash("1"));
    assertThat(opened.code().image(List.of(hash("2"), hash("1")))).exists();

    update(List.of(one));
    assertThat(opened.service().resolve(F).layers()).containsExactly(hash("1"));
    opened
        .service()
        .updateConfiguration(F, UpdateFunctionConfigurationRequest.builder().timeout(5).build());
    assertThat(opened.settled(F).layers()).extracting(l -> l.arn()).containsExactly(one);
    update(List.of());
    assertThat(opened.service().getConfiguration(F).hasLayers()).isFalse();
    assertThat(opened.service().resolve(F).layers()).isEmpty();
  }

  @Test
  void whoHasADeletedVersionKeepsIt() throws IOException {
    String one = publish(L, "1").layerVersionArn();
    create(one);
    opened.service().publish(F, PublishVersionRequest.builder().build());
    FunctionReference version =
        FunctionReference.parse("f:1", Optional.empty(), F.accountId(), F.region());
    opened.settled(version);
    opened.service().layers().delete(L, 1);
    opened.service().updateCode(F, code("2").build());
    opened.settled(F);

    assertThat(opened.service().resolve(F).layers()).containsExactly(hash("1"));
    invalid(() -> update(List.of(one))).hasMessage("Layer version " + one + " does not exist.");
    update(List.of());
    close();
    opened = Opened.at(directory);
    assertThat(opened.service().resolve(version).layers()).containsExactly(hash("1"));
    assertThat(opened.service().getConfiguration(version).layers()).hasSize(1);
    assertThat(opened.code().zip(hash("1"))).exists();
  }

  @Test
  void whatAwsDoesNotAllowIsRefused() throws IOException {
    String one = publish(L, "1").layerVersionArn();
    String two = publish(L, "2").layerVersionArn();
    invalid(() -> create(one, two))
        .hasMessage(
            "Two different versions of the same layer are not allowed to be referenced in the same"
                + " function. "
                + one
                + " and "
                + two
                + " are versions of the same layer.");
    invalid(() -> create(one, one, one, one, one, one))
        .hasMessage("Cannot reference more than 5 layers.");
    invalid(() -> create(L.versionArn(3)))
        .hasMessage("Layer version " + L.versionArn(3) + " does not exist.");
    invalid(() -> create("arn:aws:lambda:eu-west-1:000000000000:layer:l:1"))
        .hasMessageStartingWith("Layers are not in the same region as the function.");
    assertThatThrownBy(() -> create("arn:aws:lambda:us-east-1:111111111111:layer:l:1"))
        .isInstanceOfSatisfying(
            LambdaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCESS_DENIED));
    invalid(() ->
            opened
                .service()
                .layers()
                .publish(L, PublishLayerVersionRequest.builder().content(c -> {}).build()))
        .hasMessage("Please provide a source for function code.");
  }

  @Test
  void codeAndLayersTogetherAreBounded() throws IOException {
    String half = publish(L, zeros(125 << 20), "python3.13").layerVersionArn();
    String rest = publish(layer("m"), zeros(125 << 20), "python3.13").layerVersionArn();
    create(half);
    String refusal =
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The"
            + " actual size is 262144001 bytes.";

    invalid(() -> update(List.of(half, rest))).hasMessage(refusal);
    invalid(() -> opened.service().create(named("g"), request("1").layers(half, rest).build()))
        .hasMessage(refusal);
    invalid(() ->
            opened
                .service()
                .updateCode(
                    F, code("1").zipFile(SdkBytes.fromByteArray(zeros((125 << 20) + 1))).build()))
        .hasMessage(refusal);
  }

  private static String hash(String source) throws IOException {
    try {
      return java.util.HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("SHA-256").digest(Functions.zip(source)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  private static byte[] zeros(int bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("zeros"));
      zip.write(new byte[bytes]);
    }
    return out.toByteArray();
  }

  private static void missing(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_NOT_FOUND))
        .hasMessage("The resource you requested does not exist.");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> invalid(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE));
  }
}
