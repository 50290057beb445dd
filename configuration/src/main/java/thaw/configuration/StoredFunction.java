package thaw.configuration;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * All that GetFunction shows.
 *
 * @param codeSha256 lower-case hex
 * @param zip the deployment package as uploaded
 * @param image if it is a container image; then there is no package
 */
public record StoredFunction(
    FunctionConfiguration configuration,
    Map<String, String> tags,
    String codeSha256,
    Path zip,
    Optional<Image> image) {
  /**
   * Where a function's image came from.
   *
   * @param uri as it was asked for
   * @param resolvedUri with its digest
   */
  public record Image(String uri, String resolvedUri) {}

  public StoredFunction {
    tags = Map.copyOf(tags);
  }
}
