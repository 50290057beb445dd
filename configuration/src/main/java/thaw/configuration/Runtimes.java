package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Which runtimes functions may ask for, and which guest runtime runs each.
 *
 * @param aliases asked-for runtime to offered one
 */
record Runtimes(List<String> offered, Map<String, String> aliases) {
  /**
   * Checks a runtime that a client asks for.
   *
   * @throws LambdaException INVALID_PARAMETER_VALUE with AWS's text and the runtimes there are
   */
  void requireOffered(String runtime) {
    if (!offered.contains(runtime) && !aliases.containsKey(runtime)) {
      List<String> all =
          java.util.stream.Stream.concat(offered.stream(), new TreeSet<>(aliases.keySet()).stream())
              .distinct()
              .toList();
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          ("Value %s at 'runtime' failed to satisfy constraint: Member must satisfy enum value set:"
                  + " %s or be a valid ARN")
              .formatted(runtime, all));
    }
  }

  String guestRuntime(String runtime) {
    return aliases.getOrDefault(runtime, runtime);
  }
}
