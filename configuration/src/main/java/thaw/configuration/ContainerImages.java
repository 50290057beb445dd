package thaw.configuration;

import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.images.ImageException;
import thaw.images.ImageStore;
import thaw.images.ResolvedImage;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/** Functions that are container images: what requests about them may say, and their images. */
final class ContainerImages {
  private final ImageStore store;
  private final ImageIndex index;

  ContainerImages(ImageStore store, ImageIndex index) {
    this.store = store;
    this.index = index;
  }

  /**
   * Refuses what does not go with the package's type.
   *
   * @return whether the function is to be an image
   */
  static boolean check(CreateFunctionRequest request) {
    boolean image = request.packageType() == PackageType.IMAGE;
    FunctionCode code = request.code() == null ? FunctionCode.builder().build() : request.code();
    if (!image) {
      if (code.imageUri() != null) {
        throw FunctionErrors.invalid(
            "Please don't provide ImageUri when creating a function with packageType Zip.");
      }
      if (request.imageConfig() != null) {
        throw FunctionErrors.invalid(
            "Please don't provide ImageConfig when the intended function PackageType is Zip.");
      }
      return false;
    }
    refuseParts(
        request.handler() != null
            || request.runtimeAsString() != null
            || !request.layers().isEmpty());
    if (code.imageUri() == null
        || code.zipFile() != null
        || code.s3Bucket() != null
        || code.s3Key() != null) {
      throw FunctionErrors.invalid(
          "Please provide ImageUri when creating a function with packageType Image.");
    }
    return true;
  }

  /** The same of an update of a function's configuration. */
  static void check(FunctionConfiguration present, UpdateFunctionConfigurationRequest request) {
    if (Documents.isImage(present)) {
      refuseParts(
          request.handler() != null
              || request.runtimeAsString() != null
              || !request.layers().isEmpty());
    } else if (request.imageConfig() != null) {
      throw FunctionErrors.invalid(
          "Please don't provide ImageConfig when the intended function PackageType is Zip.");
    }
  }

  /** The same of an update of a function's code. */
  static void check(FunctionConfiguration present, UpdateFunctionCodeRequest request) {
    boolean image = Documents.isImage(present);
    if (!image && request.imageUri() != null) {
      throw FunctionErrors.invalid(
          "Please don't provide ImageUri when updating a function with packageType Zip.");
    }
    if (image
        && (request.imageUri() == null || request.zipFile() != null || request.s3Key() != null)) {
      throw FunctionErrors.invalid(
          "Please provide ImageUri when updating a function with packageType Image.");
    }
  }

  private static void refuseParts(boolean any) {
    if (any) {
      throw FunctionErrors.invalid(
          "Please don't provide Handler or Runtime or Layer when the intended function PackageType"
              + " is Image.");
    }
  }

  /**
   * Finds the image that a request names: from now on the function has this one, whatever becomes
   * of the tag.
   *
   * @throws LambdaException in AWS's words if it cannot be had, or cannot be used
   */
  ImageRow find(FunctionReference function, String uri) throws IOException {
    try {
      ResolvedImage found = store.resolve(uri);
      ImageRow row =
          new ImageRow(
              function.accountId(),
              function.name(),
              found.digest().hex(),
              uri,
              found.uri(),
              found.config());
      index.put(row);
      return row;
    } catch (ImageException e) {
      throw refusal(uri, e);
    }
  }

  private static LambdaException refusal(String uri, ImageException e) {
    String why = " (" + e.getMessage() + ")";
    return switch (e.reason()) {
      case BAD_NAME ->
          new LambdaException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              "Source image " + uri + " is not valid. Provide a valid source image." + why,
              e);
      case NOT_FOUND ->
          new LambdaException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              "Source image " + uri + " does not exist. Provide a valid source image." + why,
              e);
      case ACCESS_DENIED ->
          new LambdaException(
              ErrorCode.ACCESS_DENIED,
              "Lambda does not have permission to access the image " + uri + "." + why,
              e);
      case INVALID ->
          new LambdaException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              "The image manifest, config or layer media type for the source image "
                  + uri
                  + " is not supported."
                  + why,
              e);
      case UNREACHABLE ->
          FunctionErrors.service("The source image " + uri + " cannot be had" + why, e);
    };
  }

  /** Makes the disk of a function's image, which may take its time. */
  void prepare(String accountId, FunctionConfiguration document) throws IOException {
    ImageRow row = index.get(accountId, document);
    store.take(accountId, row.resolvedUri(), row.digestHex());
  }

  /** What GetFunction shows of a function that is an image. */
  Optional<StoredFunction.Image> shown(String accountId, FunctionConfiguration document) {
    if (!Documents.isImage(document)) {
      return Optional.empty();
    }
    ImageRow row = index.get(accountId, document);
    return Optional.of(new StoredFunction.Image(row.uri(), row.resolvedUri()));
  }

  /** A process's program must be named by somebody. */
  void requireCommand(String accountId, FunctionConfiguration document) {
    if (index.image(accountId, document).filter(image -> image.command().isEmpty()).isPresent()) {
      throw FunctionErrors.invalid(
          "Neither the image nor ImageConfig names an EntryPoint or Command.");
    }
  }
}
