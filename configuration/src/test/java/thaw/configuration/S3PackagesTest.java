package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;
import static thaw.configuration.Functions.zip;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;
import thaw.model.LayerReference;
import thaw.settings.DataSize;

class S3PackagesTest {
  private static final FunctionReference F = named("f");
  private static S3Server s3;

  @TempDir Path directory;
  private Opened opened;

  @BeforeAll
  static void start() throws IOException {
    s3 = S3Server.start();
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @BeforeEach
  void open() throws IOException {
    opened = at(s3.endpoint().toString(), DataSize.ofMebibytes(1), Duration.ofMinutes(1));
  }

  private Opened at(String endpoint, DataSize largest, Duration timeout) throws IOException {
    return Opened.at(
        directory,
        ConfigurationSettings.defaults()
            .with(
                new S3Settings(
                    Optional.of(endpoint),
                    "us-east-1",
                    true,
                    Optional.of("a"),
                    Optional.of("b"),
                    largest,
                    timeout,
                    1)));
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private FunctionConfiguration create(Consumer<FunctionCode.Builder> source) throws IOException {
    FunctionConfiguration created = opened.service().create(F, request("1").code(source).build());
    opened.settled(F);
    return created;
  }

  private static UpdateFunctionCodeRequest.Builder update(String key) {
    return UpdateFunctionCodeRequest.builder().s3Bucket(S3Server.BUCKET).s3Key(key);
  }

  @Test
  void aFunctionsCodeComesFromItsObject() throws IOException {
    String first = s3.put("f.zip", zip("1"));
    s3.put("f.zip", zip("2"));

    create(c -> c.s3Bucket(S3Server.BUCKET).s3Key("f.zip"));
    assertThat(opened.service().get(F).zip()).hasBinaryContent(zip("2"));

    opened.service().updateCode(F, update("f.zip").s3ObjectVersion(first).build());
    opened.settled(F);
    assertThat(opened.service().get(F).zip()).hasBinaryContent(zip("1"));
  }

  @Test
  void anUpdateCanBeTriedAndPublished() throws IOException {
    s3.put("a key/with space & ü", zip("new"));
    opened.service().create(F, request("old").build());
    String before = opened.settled(F).codeSha256();

    FunctionConfiguration tried =
        opened.service().updateCode(F, update("a key/with space & ü").dryRun(true).build());
    assertThat(opened.service().getConfiguration(F).codeSha256()).isEqualTo(before);
    FunctionConfiguration published =
        opened.service().updateCode(F, update("a key/with space & ü").publish(true).build());

    assertThat(published.version()).isEqualTo("1");
    assertThat(published.codeSha256()).isEqualTo(tried.codeSha256()).isNotEqualTo(before);
  }

  @Test
  void aLayersPackageToo() throws IOException {
    s3.put("layer.zip", zip("layer"));
    LayerReference layer = LayerReference.parse("l", F.accountId(), F.region());
    var published =
        opened
            .service()
            .layers()
            .publish(
                layer,
                PublishLayerVersionRequest.builder()
                    .content(c -> c.s3Bucket(S3Server.BUCKET).s3Key("layer.zip"))
                    .build());
    assertThat(published.content().codeSize()).isEqualTo(zip("layer").length);
  }

  @Test
  void whatIsNotThereIsToldInAwsWords() throws IOException {
    s3.put("notzip", new byte[] {1, 2, 3});
    refused(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () -> create(c -> c.s3Bucket(S3Server.BUCKET).s3Key("absent")))
        .hasMessageStartingWith("Error occurred while GetObject. S3 Error Code: NoSuchKey.");
    refused(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () -> create(c -> c.s3Bucket("no-such-bucket").s3Key("f.zip")))
        .hasMessageStartingWith("Error occurred while GetObject. S3 Error Code: NoSuchBucket.");
    refused(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () -> create(c -> c.s3Bucket(S3Server.BUCKET).s3Key("notzip")))
        .hasMessageStartingWith("Could not unzip uploaded file.");
    refused(ErrorCode.INVALID_PARAMETER_VALUE, () -> create(c -> c.s3Bucket(S3Server.BUCKET)))
        .hasMessageContaining("S3Key");
    refused(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () ->
                create(
                    c -> c.zipFile(SdkBytes.fromByteArray(zip("1"))).s3Bucket("bucket").s3Key("k")))
        .hasMessage(
            "Please do not provide other FunctionCode parameters when providing a ZipFile.");
  }

  @Test
  void anObjectThatIsTooLargeIsNotRead() {
    s3.put("large", new byte[(1 << 20) + 1]);
    refused(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () -> create(c -> c.s3Bucket(S3Server.BUCKET).s3Key("large")))
        .hasMessageStartingWith("Unzipped size must be smaller than 262144000 bytes");
  }

  @Test
  void anS3ThatDoesNotAnswerIsGivenUp() throws IOException {
    close();
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      opened =
          at(
              "http://127.0.0.1:" + silent.getLocalPort(),
              DataSize.ofMebibytes(1),
              Duration.ofMillis(300));
      refused(ErrorCode.SERVICE, () -> create(c -> c.s3Bucket("bucket").s3Key("k")))
          .hasMessageContaining("configuration.s3.endpoint");
    }
  }

  @Test
  void anS3ThatForbidsIsToldOf() throws IOException {
    close();
    HttpServer forbidding =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    forbidding.createContext(
        "/",
        exchange -> {
          byte[] body =
              "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(403, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    forbidding.start();
    try {
      opened =
          at(
              "http://127.0.0.1:" + forbidding.getAddress().getPort(),
              DataSize.ofMebibytes(1),
              Duration.ofMinutes(1));
      refused(ErrorCode.ACCESS_DENIED, () -> create(c -> c.s3Bucket("bucket").s3Key("k")))
          .hasMessage(
              "Your access has been denied by S3, please make sure your request credentials have"
                  + " permission to GetObject for bucket/k. S3 Error Code: AccessDenied. S3 Error"
                  + " Message: Access Denied");
    } finally {
      forbidding.stop(0);
    }
  }

  @Test
  void withoutAnS3TheSettingIsNamed() throws IOException {
    close();
    opened = Opened.at(directory);
    refused(ErrorCode.INVALID_PARAMETER_VALUE, () -> create(c -> c.s3Bucket("bucket").s3Key("k")))
        .hasMessage(
            "Code in S3 cannot be had: no S3 is configured. Set configuration.s3.endpoint, or send"
                + " the package itself as ZipFile.");
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> settings("ftp://x", Optional.of("a"), Optional.of("b")))
        .hasMessageContaining("endpoint");
    assertThatThrownBy(() -> settings("http://x", Optional.of("a"), Optional.empty()))
        .hasMessageContaining("go together");
  }

  private static S3Settings settings(
      String endpoint, Optional<String> key, Optional<String> secret) {
    return new S3Settings(
        Optional.of(endpoint),
        "us-east-1",
        true,
        key,
        secret,
        DataSize.ofMebibytes(1),
        Duration.ofSeconds(1),
        1);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(
      ErrorCode code, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(LambdaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
