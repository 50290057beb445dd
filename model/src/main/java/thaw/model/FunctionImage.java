package thaw.model;

import java.util.List;
import java.util.Map;

/**
 * How a container image is run, once the function's ImageConfig was laid over what the image says.
 *
 * @param command program and arguments; the program may be a name that is looked for along PATH
 * @param environment the image's own variables, below those of the function
 * @param workingDirectory absolute
 * @param snapshotAtNext whether the image says that it may be frozen when it waits for its first
 *     invocation, though it does not ask for restore/next
 */
public record FunctionImage(
    List<String> command,
    Map<String, String> environment,
    String workingDirectory,
    boolean snapshotAtNext) {
  public FunctionImage {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
