package thaw.images;

import java.util.List;
import java.util.Map;

/**
 * What an image says of how it is run.
 *
 * @param environment {@code NAME} to value
 * @param workingDirectory empty if it names none
 */
public record ImageConfig(
    List<String> entryPoint,
    List<String> command,
    Map<String, String> environment,
    String workingDirectory,
    Map<String, String> labels) {
  public ImageConfig {
    entryPoint = List.copyOf(entryPoint);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    labels = Map.copyOf(labels);
  }
}
