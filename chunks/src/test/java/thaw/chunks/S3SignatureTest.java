package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/** Signatures, held against those of the AWS SDK. */
final class S3SignatureTest {
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final AwsCredentials ONE = AwsBasicCredentials.create("AKIDONE", "secret one");
  private static final AwsCredentials OTHER =
      AwsSessionCredentials.create("AKIDTWO", "secret/two+", "a token of its session");

  /** What is asked for, and by whom; with one signer, as the reader has it. */
  private record Request(AwsCredentials credentials, String address, Instant when) {}

  @Test
  void theyAreThoseOfTheSdk() {
    S3Signature signature = new S3Signature("eu-central-2");
    for (Request request :
        List.of(
            new Request(ONE, "http://127.0.0.1:9090/bucket/a%20prefix/roots/1/chunks/ab/cd", NOON),
            new Request(ONE, "https://bucket.s3.eu-central-2.amazonaws.com/owner", NOON),
            new Request(OTHER, "https://bucket.s3.eu-central-2.amazonaws.com/owner", NOON),
            new Request(ONE, "https://s3.example/b/k", NOON.plusSeconds(43_200)))) {
      URI uri = URI.create(request.address());
      String lines =
          signature.lines(
              request.credentials(), uri.getRawAuthority(), uri.getRawPath(), request.when());
      SdkHttpRequest signed = signedBySdk(request, uri);
      assertThat(lines.split("\r\n"))
          .as(request.address())
          .containsExactlyInAnyOrderElementsOf(
              signed.headers().entrySet().stream()
                  .filter(header -> !header.getKey().equals("Host"))
                  .map(header -> header.getKey() + ": " + header.getValue().getFirst())
                  .toList());
      assertThat(signed.firstMatchingHeader("Host")).contains(uri.getRawAuthority());
    }
  }

  private static SdkHttpRequest signedBySdk(Request request, URI uri) {
    return AwsV4HttpSigner.create()
        .sign(sign ->
            sign.identity(request.credentials())
                .request(SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build())
                .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-2")
                .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(request.when(), ZoneOffset.UTC)))
        .request();
  }
}
