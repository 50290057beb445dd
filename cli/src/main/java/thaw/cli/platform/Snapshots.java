package thaw.cli.platform;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import thaw.configuration.ConfigurationService;
import thaw.configuration.FunctionListener;
import thaw.configuration.SnapshotPreparation;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.SnapshotStore;
import thaw.worker.SnapshotFailure;
import thaw.worker.SnapshotSettings;
import thaw.worker.SnapshotSettings.StartDepth;
import thaw.worker.SnapshotStorage;
import thaw.worker.Worker;

/** How the configuration service's versions and the worker's snapshots come together. */
final class Snapshots {
  private Snapshots() {}

  /** Empty with a driver that makes none. */
  static Optional<SnapshotStorage> open(
      PlatformFiles files, ThawSettings settings, Chunks chunks, Drivers.Opened opened)
      throws IOException {
    return opened.makesSnapshots()
        ? Optional.of(
            new SnapshotStorage(
                settings.snapshots(),
                new LayerCatalog(
                    SnapshotStore.open(files.snapshots()), chunks.snapshotLayers(settings)),
                new KeyRing(settings.storage().keys().orElse(files.keys())),
                InstantSource.system()))
        : Optional.empty();
  }

  /** Takes the snapshots of versions with SnapStart, if starts are to use them at all. */
  static Optional<SnapshotPreparation> preparation(
      Worker worker, SnapshotSettings settings, Drivers.Opened opened) {
    return opened.makesSnapshots() && settings.startFrom() == StartDepth.FUNCTION
        ? Optional.of(version -> worker.takeSnapshot(version).map(Snapshots::failure))
        : Optional.empty();
  }

  private static SnapshotPreparation.Failure failure(SnapshotFailure failure) {
    StateReasonCode code =
        switch (failure.cause()) {
          case INIT_TIMEOUT -> StateReasonCode.FUNCTION_ERROR_INIT_TIMEOUT;
          case NOT_RESTORABLE -> StateReasonCode.INVALID_IMAGE;
          case INIT_ERROR -> StateReasonCode.FUNCTION_ERROR;
          case RUNTIME_EXITED -> StateReasonCode.FUNCTION_ERROR_RUNTIME_INIT_ERROR;
        };
    return new SnapshotPreparation.Failure(code, failure.message());
  }

  /** From now on the worker follows what serves; layers for what serves already are made. */
  static void follow(ConfigurationService functions, Worker worker) {
    functions.onChange(listener(functions, worker));
    worker.sweepSnapshots(functions.serving());
    functions.serving().forEach(worker::makeLayers);
  }

  private static FunctionListener listener(ConfigurationService functions, Worker worker) {
    return (account, name, version, revision) -> {
      worker.retire(account, name, version, revision.orElse(""));
      functions.serving(account, name, version).ifPresent(worker::makeLayers);
    };
  }
}
