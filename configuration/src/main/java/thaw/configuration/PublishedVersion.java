package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;

/** Makes the documents of published versions. */
final class PublishedVersion {
  private static final String IDLE = "The function is currently idle.";
  private static final String RESTORING = "The function is being restored.";

  private PublishedVersion() {}

  /** The version that {@code $LATEST} becomes; it is Pending. */
  static FunctionConfiguration document(
      FunctionConfiguration latest, int number, Optional<String> description) {
    FunctionConfiguration.Builder document =
        plain(latest).toBuilder()
            .functionArn(latest.functionArn() + ":" + number)
            .version(Integer.toString(number))
            .revisionId(UUID.randomUUID().toString())
            .lastModified(latest.lastModified())
            .state(State.PENDING)
            .stateReason(NewFunction.CREATING)
            .stateReasonCode(StateReasonCode.CREATING);
    description.ifPresent(document::description);
    return document.build();
  }

  /**
   * Names what {@code $LATEST} runs, whatever its revision and state: equal for two that a version
   * published from would be alike.
   *
   * @return SHA-256, lower-case hex
   */
  static String contentSha256(FunctionConfiguration latest) {
    FunctionConfiguration content =
        plain(latest).toBuilder()
            .functionArn(null)
            .version(null)
            .revisionId(null)
            .lastModified(null)
            .build();
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(Documents.json(content).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static boolean wantsSnapStart(FunctionConfiguration document) {
    return document.snapStart().applyOn() == SnapStartApplyOn.PUBLISHED_VERSIONS;
  }

  /**
   * As one that can be invoked.
   *
   * @param snapshot whether it has a snapshot of its own
   */
  static FunctionConfiguration active(FunctionConfiguration document, boolean snapshot) {
    return optimized(plain(document), snapshot).toBuilder()
        .state(State.ACTIVE)
        .lastUpdateStatus(LastUpdateStatus.SUCCESSFUL)
        .build();
  }

  static FunctionConfiguration failed(
      FunctionConfiguration document, StateReasonCode code, String reason) {
    return stateless(document, State.FAILED, code, reason);
  }

  static FunctionConfiguration inactive(FunctionConfiguration document) {
    return stateless(document, State.INACTIVE, StateReasonCode.IDLE, IDLE);
  }

  /** As one that could not be woken. */
  static FunctionConfiguration stillInactive(
      FunctionConfiguration document, StateReasonCode code, String reason) {
    return stateless(document, State.INACTIVE, code, reason);
  }

  static FunctionConfiguration restoring(FunctionConfiguration document) {
    return stateless(document, State.PENDING, StateReasonCode.RESTORING, RESTORING);
  }

  private static FunctionConfiguration stateless(
      FunctionConfiguration document, State state, StateReasonCode code, String reason) {
    return plain(document).toBuilder()
        .state(state)
        .stateReasonCode(code)
        .stateReason(reason)
        .build();
  }

  /** Without a state, and without a snapshot. */
  private static FunctionConfiguration plain(FunctionConfiguration document) {
    return optimized(Documents.withoutStates(document), false);
  }

  private static FunctionConfiguration optimized(FunctionConfiguration document, boolean on) {
    return document.toBuilder()
        .snapStart(
            document.snapStart().toBuilder()
                .optimizationStatus(
                    on ? SnapStartOptimizationStatus.ON : SnapStartOptimizationStatus.OFF)
                .build())
        .build();
  }
}
