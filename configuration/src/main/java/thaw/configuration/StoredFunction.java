package thaw.configuration;

import java.nio.file.Path;
import java.util.Map;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * All that GetFunction shows.
 *
 * @param codeSha256 lower-case hex
 * @param zip the deployment package as uploaded
 */
public record StoredFunction(
    FunctionConfiguration configuration, Map<String, String> tags, String codeSha256, Path zip) {
  public StoredFunction {
    tags = Map.copyOf(tags);
  }
}
