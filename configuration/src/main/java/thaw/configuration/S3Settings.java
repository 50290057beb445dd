package thaw.configuration;

import java.time.Duration;
import java.util.Optional;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;
import thaw.settings.S3Checks;

/** Where packages named by S3Bucket and S3Key are fetched from. */
public record S3Settings(
    @Doc(
            "The S3 that S3Bucket and S3Key mean, for example https://s3.eu-central-1.amazonaws.com or"
                + " http://127.0.0.1:9090. Without it code cannot come from S3.")
        Optional<String> endpoint,
    @Doc("Region that requests to S3 are signed for.") @Default("us-east-1") String region,
    @Doc("Whether the bucket goes into the path and not into the host name: most others than AWS.")
        @Default("true")
        boolean pathStyle,
    @Doc(
            "Access key for S3. Without it the AWS SDK looks for credentials: environment, profile,"
                + " container, instance.")
        Optional<String> accessKeyId,
    @Doc("Secret of that access key.") Optional<String> secretAccessKey,
    @Doc("Largest package that is fetched. It is held in memory while it is checked.")
        @Default("250MiB")
        @Range(min = "1KiB", max = "250MiB")
        DataSize largest,
    @Doc("How long one fetch may take, retries included.")
        @Default("1m")
        @Range(min = "100ms", max = "10m")
        Duration timeout,
    @Doc("How many packages are fetched at once; more wait, and are throttled after the timeout.")
        @Default("1")
        @Range(min = "1", max = "16")
        int atOnce) {
  /**
   * Checks what the types cannot.
   *
   * @throws IllegalArgumentException naming the setting and what it must be
   */
  public S3Settings {
    S3Checks.check(endpoint, accessKeyId, secretAccessKey);
  }

  /** No S3. */
  public static S3Settings none() {
    return new S3Settings(
        Optional.empty(),
        "us-east-1",
        true,
        Optional.empty(),
        Optional.empty(),
        DataSize.ofMebibytes(250),
        Duration.ofMinutes(1),
        1);
  }

  @Override
  public String toString() {
    return "S3Settings[endpoint=" + endpoint + ", region=" + region + "]"; // never the secret
  }
}
