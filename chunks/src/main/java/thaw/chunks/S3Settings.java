package thaw.chunks;

import java.time.Duration;
import java.util.Optional;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;
import thaw.settings.S3Checks;

/** Settings of an origin in S3. */
public record S3Settings(
    @Doc("Bucket that holds chunks and manifests.") Optional<String> bucket,
    @Doc("What every object's key starts with, for example \"thaw/\"; a platform needs its own.")
        @Default("\"\"")
        String prefix,
    @Doc("Address of the S3 API if it is not AWS's, for example http://127.0.0.1:9090.")
        Optional<String> endpoint,
    @Doc("Region to sign for.") @Default("us-east-1") String region,
    @Doc("Whether the bucket goes into the path and not into the host name: most others than AWS.")
        @Default("true")
        boolean pathStyle,
    @Doc(
            "Access key. Without it the AWS SDK looks for credentials: environment, profile,"
                + " container, instance.")
        Optional<String> accessKeyId,
    @Doc("Secret of that access key.") Optional<String> secretAccessKey,
    @Doc(
            "How often a request is sent until it succeeds; the pauses between grow. A read is sent"
                + " once more.")
        @Default("4")
        @Range(min = "1", max = "20")
        int attempts,
    @Doc("Longest time of one attempt.") @Default("5s") @Range(min = "1ms") Duration attemptTimeout,
    @Doc("Longest time of a request with all its attempts.") @Default("30s") @Range(min = "1ms")
        Duration requestTimeout,
    @Doc("Most connections at once, for reads, and as many for what else there is.")
        @Default("64")
        @Range(min = "1")
        int connections) {
  /**
   * Checks what the types cannot.
   *
   * @throws IllegalArgumentException naming the setting and what it must be
   */
  public S3Settings {
    S3Checks.check(endpoint, accessKeyId, secretAccessKey);
  }

  @Override
  public String toString() {
    return "S3Settings[bucket=" + bucket + ", endpoint=" + endpoint + "]"; // never the secret
  }
}
