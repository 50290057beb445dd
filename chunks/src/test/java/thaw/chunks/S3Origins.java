package thaw.chunks;

import java.time.Duration;
import java.util.Optional;

/** Origins in an S3 on loopback. */
final class S3Origins {
  private S3Origins() {}

  static S3Origin open(String endpoint, String bucket, Duration attemptTimeout) {
    return new S3Origin(
        new S3Settings(
            Optional.of(bucket),
            "a prefix/",
            Optional.of(endpoint),
            "us-east-1",
            true,
            Optional.of("test"),
            Optional.of("test"),
            3,
            attemptTimeout,
            Duration.ofMinutes(1),
            64));
  }
}
