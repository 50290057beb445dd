package thaw.snapshots;

import java.io.IOException;

/**
 * A snapshot layer is not what was written, or was not written by this Thaw: it must be dropped and
 * made again. It never reaches a VM.
 */
public final class DamagedSnapshotException extends IOException {
  public DamagedSnapshotException(String message) {
    super(message);
  }

  public DamagedSnapshotException(String message, Throwable cause) {
    super(message, cause);
  }
}
