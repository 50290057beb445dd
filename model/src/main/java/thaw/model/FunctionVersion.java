package thaw.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All a worker needs to know to run one version of a function. Two equal values may share
 * sandboxes; any change of code or configuration gives another {@code revisionId} and so other
 * sandboxes.
 *
 * @param accountId 12 digits
 * @param region AWS region name as in the function's ARN, for example {@code us-east-1}
 * @param name the function's bare name
 * @param version {@code $LATEST} or a published version's number
 * @param revisionId changes with every change of code or configuration
 * @param runtime the guest runtime image that runs it, for example {@code python3.13}
 * @param handler as in the API, for example {@code app.handler}; may be empty for {@code provided}
 * @param memorySizeMb MemorySize in MiB, 128 to 10,240
 * @param timeout longest duration of one invocation
 * @param ephemeralStorageMb size of /tmp in MiB, 512 to 10,240
 * @param environment the customer's variables
 * @param codeSha256 SHA-256 of the deployment package, lower-case hex; names it in the code store
 * @param layers SHA-256 of its Lambda layers' packages, in their order: they are laid over each
 *     other in /opt, the first at the bottom
 * @param logGroup name of the log group its output goes to
 * @param logFormat LogFormat of its LoggingConfig: {@code Text} or {@code JSON}
 * @param applicationLogLevel ApplicationLogLevel of its LoggingConfig, if the format is JSON
 * @param snapStart whether its sandboxes resume from a snapshot of its own that was taken after
 *     INIT; never so for {@code $LATEST}
 * @param image how it is run if it is a container image and not a package; then {@code codeSha256}
 *     is the digest of the image's manifest, and {@code runtime} is {@link #IMAGE_RUNTIME}
 */
public record FunctionVersion(
    String accountId,
    String region,
    String name,
    String version,
    String revisionId,
    String runtime,
    String handler,
    int memorySizeMb,
    Duration timeout,
    int ephemeralStorageMb,
    Map<String, String> environment,
    String codeSha256,
    List<String> layers,
    String logGroup,
    String logFormat,
    Optional<String> applicationLogLevel,
    boolean snapStart,
    Optional<FunctionImage> image) {
  /** In place of a runtime's name. */
  public static final String IMAGE_RUNTIME = "image";

  public FunctionVersion {
    environment = Map.copyOf(environment);
    layers = List.copyOf(layers);
  }

  /** One that is a package. */
  public FunctionVersion(
      String accountId,
      String region,
      String name,
      String version,
      String revisionId,
      String runtime,
      String handler,
      int memorySizeMb,
      Duration timeout,
      int ephemeralStorageMb,
      Map<String, String> environment,
      String codeSha256,
      List<String> layers,
      String logGroup,
      String logFormat,
      Optional<String> applicationLogLevel,
      boolean snapStart) {
    this(
        accountId,
        region,
        name,
        version,
        revisionId,
        runtime,
        handler,
        memorySizeMb,
        timeout,
        ephemeralStorageMb,
        environment,
        codeSha256,
        layers,
        logGroup,
        logFormat,
        applicationLogLevel,
        snapStart,
        Optional.empty());
  }

  /** One without layers. */
  public FunctionVersion(
      String accountId,
      String region,
      String name,
      String version,
      String revisionId,
      String runtime,
      String handler,
      int memorySizeMb,
      Duration timeout,
      int ephemeralStorageMb,
      Map<String, String> environment,
      String codeSha256,
      String logGroup,
      String logFormat,
      Optional<String> applicationLogLevel,
      boolean snapStart) {
    this(
        accountId,
        region,
        name,
        version,
        revisionId,
        runtime,
        handler,
        memorySizeMb,
        timeout,
        ephemeralStorageMb,
        environment,
        codeSha256,
        List.of(),
        logGroup,
        logFormat,
        applicationLogLevel,
        snapStart);
  }

  /** One that logs plain text and has no snapshot of its own. */
  public FunctionVersion(
      String accountId,
      String region,
      String name,
      String version,
      String revisionId,
      String runtime,
      String handler,
      int memorySizeMb,
      Duration timeout,
      int ephemeralStorageMb,
      Map<String, String> environment,
      String codeSha256,
      String logGroup) {
    this(
        accountId,
        region,
        name,
        version,
        revisionId,
        runtime,
        handler,
        memorySizeMb,
        timeout,
        ephemeralStorageMb,
        environment,
        codeSha256,
        logGroup,
        "Text",
        Optional.empty(),
        false);
  }
}
