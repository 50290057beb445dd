package thaw.configuration;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentInput;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import thaw.code.CodeStore;
import thaw.code.CodeStore.StoredCode;

/** Takes the packages that requests bring or name, within the bound on all of them together. */
final class Packages {
  private final CodeStore code;
  private final Supplier<Set<String>> inUse;
  private final S3Packages s3;

  /**
   * @param s3 where packages are that requests only name
   * @param inUse hashes of all packages that functions and layers refer to
   */
  Packages(CodeStore code, Supplier<Set<String>> inUse, S3Packages s3) {
    this.code = code;
    this.inUse = inUse;
    this.s3 = s3;
  }

  StoredCode store(@Nullable FunctionCode source) throws IOException {
    return source == null
        ? store(null, Optional.empty(), true)
        : store(
            source.zipFile(),
            S3Object.of(
                source.s3Bucket(),
                source.s3Key(),
                source.s3ObjectVersion(),
                source.s3ObjectStorageModeAsString(),
                source.zipFile()),
            true);
  }

  /** Only checks it if the request is a dry run. */
  StoredCode store(UpdateFunctionCodeRequest source) throws IOException {
    return store(
        source.zipFile(),
        S3Object.of(
            source.s3Bucket(),
            source.s3Key(),
            source.s3ObjectVersion(),
            source.s3ObjectStorageModeAsString(),
            source.zipFile()),
        !Boolean.TRUE.equals(source.dryRun()));
  }

  StoredCode store(LayerVersionContentInput source) throws IOException {
    return store(
        source.zipFile(),
        S3Object.of(
            source.s3Bucket(),
            source.s3Key(),
            source.s3ObjectVersion(),
            source.s3ObjectStorageModeAsString(),
            source.zipFile()),
        true);
  }

  private StoredCode store(@Nullable SdkBytes zipFile, Optional<S3Object> object, boolean keep)
      throws IOException {
    if (object.isPresent()) {
      return s3.with(
          object.get(), zip -> keep ? kept(zip, code::putFetched) : code.checkFetched(zip));
    }
    if (zipFile == null) {
      throw FunctionErrors.invalid("Please provide a source for function code.");
    }
    byte[] zip = zipFile.asByteArrayUnsafe();
    return keep ? kept(zip, code::put) : code.check(zip);
  }

  private StoredCode kept(byte[] zip, S3Packages.Use<StoredCode> put) throws IOException {
    if (code.zippedBytes(inUse.get()) + zip.length > code.totalBytes()) {
      throw FunctionErrors.storageExceeded();
    }
    return put.of(zip);
  }
}
