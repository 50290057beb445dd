package thaw.chunks;

import java.io.IOException;

/**
 * A chunk, manifest or key file is not what was written, or was sealed by another key. Its bytes
 * never reach a reader.
 */
public final class DamagedException extends IOException {
  public DamagedException(String message) {
    super(message);
  }

  public DamagedException(String message, Throwable cause) {
    super(message, cause);
  }
}
