package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import thaw.model.SandboxCredentials;

/** The API for functions, called by the AWS SDK as a function would. */
class DataApiTest {
  private static final SandboxCredentials OWN = SandboxCredentials.random();

  @TempDir Path directory;
  private TestFrontend frontend;
  private volatile Optional<SandboxCredentials> caller = Optional.of(OWN);

  @BeforeEach
  void start() throws IOException {
    frontend = TestFrontend.start(directory, port -> caller);
    frontend.createActive("f");
  }

  @AfterEach
  void stop() throws IOException {
    frontend.close();
  }

  private LambdaClient client(SandboxCredentials credentials) {
    return LambdaClient.builder()
        .endpointOverride(frontend.dataEndpoint())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                    credentials.accessKeyId(),
                    credentials.secretAccessKey(),
                    credentials.sessionToken())))
        .httpClient(Apache5HttpClient.create())
        .build();
  }

  @Test
  void aFunctionInvokesAnother() {
    try (LambdaClient lambda = client(OWN)) {
      var answer =
          lambda.invoke(r ->
              r.functionName("arn:aws:lambda:us-east-1:000000000000:function:f")
                  .qualifier("$LATEST")
                  .payload(SdkBytes.fromUtf8String("{\"a\":1}")));
      assertThat(answer.payload().asUtf8String()).isEqualTo("{\"a\":1}");
      assertThat(
              lambda
                  .invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN))
                  .statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void aFunctionDoesNothingElse() {
    try (LambdaClient lambda = client(OWN)) {
      refused(() -> lambda.listFunctions(), "AccessDeniedException");
      refused(() -> lambda.deleteFunction(r -> r.functionName("f")), "AccessDeniedException");
      refused(() -> lambda.getAccountSettings(), "AccessDeniedException");
      assertThat(lambda.invoke(r -> r.functionName("f")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void onlyItsOwnCredentialsAreTaken() {
    try (LambdaClient lambda = client(SandboxCredentials.random())) {
      refused(() -> lambda.invoke(r -> r.functionName("f")), "UnrecognizedClientException");
    }
    var forged = new SandboxCredentials(OWN.accessKeyId(), "guessed", OWN.sessionToken());
    try (LambdaClient lambda = client(forged)) {
      refused(() -> lambda.invoke(r -> r.functionName("f")), "InvalidSignatureException");
      refused(
          () -> lambda.invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN)),
          "InvalidSignatureException");
    }
  }

  @Test
  void whoIsNoSandboxGetsNothing() throws IOException {
    caller = Optional.empty();
    try (LambdaClient lambda = client(OWN)) {
      refused(() -> lambda.invoke(r -> r.functionName("f")), "AccessDeniedException");
    }
    assertThat(get("/_thaw/credentials").status()).isEqualTo(403);
  }

  @Test
  void theSdkFindsTheCredentialsByTheirAddress() {
    String before = System.getProperty("aws.containerCredentialsFullUri");
    System.setProperty(
        "aws.containerCredentialsFullUri", frontend.dataEndpoint() + "/_thaw/credentials");
    try (var provider = ContainerCredentialsProvider.builder().build()) {
      var found = (AwsSessionCredentials) provider.resolveCredentials();
      assertThat(found.accessKeyId()).isEqualTo(OWN.accessKeyId());
      assertThat(found.secretAccessKey()).isEqualTo(OWN.secretAccessKey());
      assertThat(found.sessionToken()).isEqualTo(OWN.sessionToken());
    } finally {
      if (before == null) {
        System.clearProperty("aws.containerCredentialsFullUri");
      } else {
        System.setProperty("aws.containerCredentialsFullUri", before);
      }
    }
  }

  @Test
  void thawsOwnPagesAreNotThere() throws IOException {
    assertThat(get("/_thaw/status").status()).isEqualTo(403);
    assertThat(get("/_thaw/health").status()).isEqualTo(403);
  }

  private RawHttp.Answer get(String path) throws IOException {
    URI endpoint = frontend.dataEndpoint();
    try (var http = RawHttp.connect(endpoint)) {
      return http.send("GET", path, "");
    }
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String name) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(name));
  }
}
