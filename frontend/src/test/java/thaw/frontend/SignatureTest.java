package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.SandboxCredentials;

/** The AWS SDK's own signer is the oracle. */
class SignatureTest {
  private static final Instant NOW = Instant.parse("2026-11-25T14:00:00Z");
  private static final SandboxCredentials OWN = SandboxCredentials.random();
  private static final byte[] PAYLOAD = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
  private static final String INVOKE = "/2015-03-31/functions/f/invocations";

  private static SignedHead signed(String pathAndQuery, Map<String, String> headers, Instant at) {
    URI uri = URI.create("http://127.0.0.1:9002" + pathAndQuery);
    var request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(uri);
    headers.forEach(request::putHeader);
    var result =
        AwsV4HttpSigner.create()
            .sign(r ->
                r.identity(
                        AwsSessionCredentialsIdentity.create(
                            OWN.accessKeyId(), OWN.secretAccessKey(), OWN.sessionToken()))
                    .request(request.build())
                    .payload(ContentStreamProvider.fromByteArray(PAYLOAD))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(at, ZoneOffset.UTC)));
    Map<String, List<String>> all = new TreeMap<>();
    result
        .request()
        .headers()
        .forEach((name, values) -> all.put(name.toLowerCase(java.util.Locale.ROOT), values));
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    return new SignedHead("POST", uri.getRawPath(), query, all);
  }

  private static Signature read(SignedHead head) {
    return Signature.of(head, OWN, "us-east-1", NOW);
  }

  private static LambdaException refused(SignedHead head) {
    return catchThrowableOfType(LambdaException.class, () -> read(head).verify(PAYLOAD));
  }

  private static SignedHead with(SignedHead head, String name, String value) {
    Map<String, List<String>> headers = new TreeMap<>(head.headers());
    headers.put(name, List.of(value));
    return new SignedHead(head.method(), head.path(), head.query(), headers);
  }

  private static SignedHead without(SignedHead head, String name) {
    Map<String, List<String>> headers = new TreeMap<>(head.headers());
    headers.remove(name);
    return new SignedHead(head.method(), head.path(), head.query(), headers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        INVOKE,
        INVOKE + "?Qualifier=%24LATEST",
        INVOKE + "?Qualifier=7&b=a%20b&a=%2F~x",
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations",
        "/2015-03-31/functions/f:live/invocations",
        "/2015-03-31/functions/%C3%BC-_.~/invocations"
      })
  void takesWhatTheSdkSigns(String pathAndQuery) {
    SignedHead head =
        signed(
            pathAndQuery,
            Map.of("X-Amz-Log-Type", "Tail", "Content-Type", "application/json", "X-Odd", " a  b "),
            NOW);
    assertThatCode(() -> read(head).verify(PAYLOAD)).doesNotThrowAnyException();
  }

  @Test
  void anythingChangedIsNoticed() {
    SignedHead good = signed(INVOKE + "?Qualifier=1", Map.of("X-Amz-Log-Type", "Tail"), NOW);
    assertThat(
            catchThrowableOfType(
                LambdaException.class, () -> read(good).verify(new byte[] {'{', '}'})))
        .extracting(LambdaException::code)
        .isEqualTo(ErrorCode.INVALID_SIGNATURE);
    List<SignedHead> changed =
        List.of(
            new SignedHead("PUT", good.path(), good.query(), good.headers()),
            new SignedHead("POST", INVOKE.replace("/f/", "/g/"), good.query(), good.headers()),
            new SignedHead("POST", good.path(), "Qualifier=2", good.headers()),
            new SignedHead("POST", good.path(), "", good.headers()),
            with(good, "x-amz-log-type", "None"),
            with(good, "x-amz-invocation-type", "DryRun"),
            with(good, "host", "127.0.0.1:9003"),
            without(good, "x-amz-log-type"));
    for (SignedHead head : changed) {
      assertThat(refused(head).code()).as("%s", head).isEqualTo(ErrorCode.INVALID_SIGNATURE);
    }
  }

  @Test
  void onlyTheSandboxesOwnCredentialsAreTaken() {
    SignedHead good = signed(INVOKE, Map.of(), NOW);
    assertThat(refused(with(good, "x-amz-security-token", "other")).code())
        .isEqualTo(ErrorCode.UNRECOGNIZED_CLIENT);
    assertThat(refused(without(good, "x-amz-security-token")).code())
        .isEqualTo(ErrorCode.UNRECOGNIZED_CLIENT);
    LambdaException other =
        catchThrowableOfType(
            LambdaException.class,
            () -> Signature.of(good, SandboxCredentials.random(), "us-east-1", NOW));
    assertThat(other.code()).isEqualTo(ErrorCode.UNRECOGNIZED_CLIENT);
    assertThat(refused(without(good, "authorization")).code())
        .isEqualTo(ErrorCode.MISSING_AUTHENTICATION_TOKEN);
    assertThat(refused(with(good, "authorization", "Bearer x")).code())
        .isEqualTo(ErrorCode.INCOMPLETE_SIGNATURE);
  }

  @Test
  void oldAndForeignSignaturesAreRefused() {
    assertThat(refused(signed(INVOKE, Map.of(), NOW.minus(Duration.ofMinutes(16)))))
        .hasMessageStartingWith("Signature expired: 20261125T134400Z");
    assertThat(refused(signed(INVOKE, Map.of(), NOW.plus(Duration.ofMinutes(16)))))
        .hasMessageStartingWith("Signature not yet current");
    assertThatCode(() -> read(signed(INVOKE, Map.of(), NOW.minusSeconds(600))).verify(PAYLOAD))
        .doesNotThrowAnyException();
    assertThat(refused(with(signed(INVOKE, Map.of(), NOW), "x-amz-date", "now")).code())
        .isEqualTo(ErrorCode.INCOMPLETE_SIGNATURE);
    SignedHead good = signed(INVOKE, Map.of(), NOW);
    LambdaException elsewhere =
        catchThrowableOfType(
            LambdaException.class, () -> Signature.of(good, OWN, "eu-west-1", NOW));
    assertThat(elsewhere.code()).isEqualTo(ErrorCode.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void hostileHeadersAreRefusedAndNothingElse(long seed) {
    Random random = new Random(seed);
    SignedHead good = signed(INVOKE, Map.of("X-Amz-Log-Type", "Tail"), NOW);
    String authorization = good.value("authorization");
    for (int i = 0; i < 3_000; i++) {
      StringBuilder mutated = new StringBuilder(authorization);
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(mutated.length());
        switch (random.nextInt(3)) {
          case 0 -> mutated.deleteCharAt(at);
          case 1 -> mutated.insert(at, (char) (' ' + random.nextInt(95)));
          default -> mutated.setCharAt(at, (char) (' ' + random.nextInt(95)));
        }
      }
      if (!mutated.toString().strip().replaceAll(" +", " ").equals(authorization)) {
        SignedHead head = with(good, "authorization", mutated.toString());
        LambdaException refusal = refused(head);
        // A space more or less changes nothing.
        if (refusal == null) {
          assertThat(mutated.toString().replace(" ", "")).isEqualTo(authorization.replace(" ", ""));
        } else {
          assertThat(refusal.code().httpStatus()).isEqualTo(403);
        }
      }
    }
  }
}
