package thaw.configuration;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A package in S3, as a request names it.
 *
 * @param version of the object; its newest without one
 */
record S3Object(String bucket, String key, Optional<String> version) {
  /**
   * What a request names, if it names anything.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE if it is half named, or comes with a
   *     package beside it
   */
  static Optional<S3Object> of(
      @Nullable String bucket,
      @Nullable String key,
      @Nullable String version,
      @Nullable String storageMode,
      @Nullable SdkBytes zipFile) {
    if (bucket == null && key == null && version == null && storageMode == null) {
      return Optional.empty();
    }
    if (zipFile != null) {
      throw FunctionErrors.invalid(
          "Please do not provide other FunctionCode parameters when providing a ZipFile.");
    }
    if (bucket == null || key == null) {
      throw FunctionErrors.invalid("S3Bucket and S3Key go together: please provide both.");
    }
    if ("REFERENCE".equals(storageMode)) {
      throw FunctionErrors.notOffered(
          "S3ObjectStorageMode REFERENCE", "leave it out, and the object is copied");
    }
    return Optional.of(new S3Object(bucket, key, Optional.ofNullable(version)));
  }
}
