package thaw.chunks;

import java.time.Duration;
import java.util.Optional;

/** Origins in an S3 on loopback. */
final class S3Origins {
  private S3Origins() {}

  static S3Origin open(String endpoint, String bucket, Duration attemptTimeout) {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    return new S3Origin(
        new S3Settings(
            bucket,
            "a prefix/",
            Optional.of(endpoint),
            "us-east-1",
            3,
            attemptTimeout,
            Duration.ofMinutes(1),
            64));
  }
}
