package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Which runtimes functions may ask for, and which guest runtime runs each.
 *
 * @param aliases asked-for runtime to offered one
 */
record Runtimes(List<String> offered, Map<String, String> aliases) {
  /** Guest runtimes whose bootstrap can be frozen after INIT and restored. */
  private static final Set<String> SNAP_START =
      Set.of("nodejs22.x", "nodejs24.x", "python3.13", "java21", "java25", "ruby3.3");

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

  /**
   * Checks that a runtime can be frozen after INIT and go on, if SnapStart is wanted. Of a
   * container image, which has no runtime, only its start will tell.
   *
   * @throws LambdaException INVALID_PARAMETER_VALUE with AWS's text
   */
  void requireSnapStart(@Nullable SnapStartApplyOn applyOn, @Nullable String runtime) {
    if (runtime != null
        && applyOn == SnapStartApplyOn.PUBLISHED_VERSIONS
        && !SNAP_START.contains(guestRuntime(runtime))) {
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          runtime + " is not supported for SnapStart enabled functions.");
    }
  }

  String guestRuntime(String runtime) {
    return aliases.getOrDefault(runtime, runtime);
  }
}
