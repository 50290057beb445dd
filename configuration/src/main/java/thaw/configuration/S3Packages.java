package thaw.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.Limits;

/**
 * Fetches packages from S3, few at once, each bounded in size and time: who owns a bucket may have
 * put anything into it.
 */
final class S3Packages implements AutoCloseable {
  private static final int ATTEMPTS = 3;
  private static final int FORBIDDEN = 403;

  private final S3Settings settings;
  private final Semaphore atOnce;
  private @Nullable S3Client client;

  /** Does something with a package, which is in memory until it returns. */
  @FunctionalInterface
  interface Use<T> {
    T of(byte[] zip) throws IOException;
  }

  S3Packages(S3Settings settings) {
    this.settings = settings;
    this.atOnce = new Semaphore(settings.atOnce(), true);
  }

  /**
   * Fetches a package and uses it.
   *
   * @throws LambdaException INVALID_PARAMETER_VALUE in AWS's words if there is none, or it is too
   *     large, ACCESS_DENIED if S3 says so, TOO_MANY_REQUESTS if too many are fetched already,
   *     SERVICE if S3 does not answer
   */
  <T> T with(S3Object object, Use<T> use) throws IOException {
    String endpoint =
        settings
            .endpoint()
            .orElseThrow(() ->
                FunctionErrors.invalid(
                    "Code in S3 cannot be had: no S3 is configured. Set configuration.s3.endpoint,"
                        + " or send the package itself as ZipFile."));
    try {
      if (!atOnce.tryAcquire(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        throw FunctionErrors.tooMany("too many packages are being fetched from S3");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting to fetch a package", e);
    }
    try {
      return use.of(fetch(object, endpoint));
    } finally {
      atOnce.release();
    }
  }

  private byte[] fetch(S3Object object, String endpoint) {
    try {
      return client(endpoint)
          .getObject(
              request ->
                  request
                      .bucket(object.bucket())
                      .key(object.key())
                      .versionId(object.version().orElse(null)),
              this::read);
    } catch (S3Exception e) {
      throw refused(object, e);
    } catch (SdkException e) {
      throw cause(e)
          .orElseGet(() ->
              FunctionErrors.service(
                  "S3 at "
                      + endpoint
                      + " did not give the object (configuration.s3.endpoint): "
                      + e.getMessage(),
                  e));
    }
  }

  private byte[] read(GetObjectResponse response, InputStream in) throws IOException {
    int most = (int) settings.largest().bytes();
    Long length = response.contentLength();
    if (length != null && length > most) {
      throw tooLarge();
    }
    byte[] zip = in.readNBytes(length == null ? most : length.intValue());
    if (in.read() >= 0) {
      throw tooLarge();
    }
    return zip;
  }

  private LambdaException tooLarge() {
    return FunctionErrors.invalid(
        "Unzipped size must be smaller than %d bytes (the package in S3 alone is larger than %d)"
            .formatted(Limits.UNZIPPED_CODE_BYTES, settings.largest().bytes()));
  }

  private static LambdaException refused(S3Object object, S3Exception e) {
    String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
    String message = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage();
    if (e.statusCode() == FORBIDDEN) {
      return new LambdaException(
          ErrorCode.ACCESS_DENIED,
          ("Your access has been denied by S3, please make sure your request credentials have"
                  + " permission to GetObject for %s/%s. S3 Error Code: %s. S3 Error Message: %s")
              .formatted(object.bucket(), object.key(), code, message),
          e);
    }
    return new LambdaException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        "Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s"
            .formatted(code, message),
        e);
  }

  /** What reading the answer found wrong, which the SDK wraps. */
  private static Optional<LambdaException> cause(SdkException e) {
    return Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
        .filter(LambdaException.class::isInstance)
        .map(LambdaException.class::cast)
        .findFirst();
  }

  private synchronized S3Client client(String endpoint) {
    if (client == null) {
      client =
          S3Client.builder()
              .endpointOverride(URI.create(endpoint))
              .region(Region.of(settings.region()))
              .forcePathStyle(settings.pathStyle())
              .credentialsProvider(credentials())
              .overrideConfiguration(c ->
                  c.apiCallTimeout(settings.timeout())
                      .retryStrategy(retry -> retry.maxAttempts(ATTEMPTS)))
              .httpClientBuilder(
                  Apache5HttpClient.builder()
                      .maxConnections(settings.atOnce())
                      .connectionTimeout(settings.timeout())
                      .socketTimeout(settings.timeout()))
              .build();
    }
    return client;
  }

  private AwsCredentialsProvider credentials() {
    return settings.accessKeyId().isPresent()
        ? StaticCredentialsProvider.create(
            AwsBasicCredentials.create(
                settings.accessKeyId().get(), settings.secretAccessKey().orElseThrow()))
        : DefaultCredentialsProvider.builder().build();
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }
}
