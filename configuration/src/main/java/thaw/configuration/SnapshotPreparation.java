package thaw.configuration;

import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import thaw.model.FunctionVersion;

/**
 * Takes the snapshot of a published version with SnapStart: runs its INIT, freezes it, keeps it. A
 * snapshot is given up when a {@link FunctionListener} hears that nothing serves the version any
 * more.
 */
@FunctionalInterface
public interface SnapshotPreparation {
  /**
   * Why there is no snapshot.
   *
   * @param code as the API shows it, for example {@code FunctionError.InitTimeout}
   * @param reason for the function's owner
   */
  record Failure(StateReasonCode code, String reason) {}

  /**
   * Called in the background, by several threads for several versions, and again for the same one
   * if a process died meanwhile or the version was not used for long. Returns when the snapshot is
   * durable; then, and not before, the version can be invoked. What it throws counts as an internal
   * error.
   *
   * @return empty if the snapshot is there
   */
  Optional<Failure> prepare(FunctionVersion version) throws Exception;
}
