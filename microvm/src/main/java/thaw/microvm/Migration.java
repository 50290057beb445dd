package thaw.microvm;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import thaw.jail.Awaiting;

/**
 * Saves and loads the device state by QEMU's migration. Memory is not in it: it is in a file that
 * QEMU maps (x-ignore-shared).
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/migration/main.html">QEMU: migration</a>
 */
final class Migration {
  private static final String STATE_URI = "file:" + JailPaths.STATE;

  private volatile CompletableFuture<String> outcome = new CompletableFuture<>();

  /** An event of QEMU's. */
  void event(QmpEvent event) {
    if (event.name().equals("MIGRATION")) {
      String status = event.data().path("status").asString("");
      if (status.equals("completed")) {
        outcome.complete(status);
      } else if (status.equals("failed") || status.equals("cancelled")) {
        outcome.completeExceptionally(new IOException("QEMU says that it " + status));
      }
    }
  }

  /** QEMU is gone. */
  void ended(String reason) {
    outcome.completeExceptionally(new IOException(reason));
  }

  /** Sets how both directions work; once, before either. */
  void prepare(QmpClient monitor) throws IOException {
    monitor.execute(
        "migrate-set-capabilities",
        Map.of("capabilities", List.of(enabled("events"), enabled("x-ignore-shared"))));
  }

  /** Saves the state of a stopped VM. */
  void save(QmpClient monitor, Duration timeout) throws IOException {
    run(monitor, "migrate", timeout);
  }

  /** Loads the state of a VM that waits for it; it stays stopped. */
  void load(QmpClient monitor, Duration timeout) throws IOException {
    run(monitor, "migrate-incoming", timeout);
  }

  private void run(QmpClient monitor, String command, Duration timeout) throws IOException {
    outcome = new CompletableFuture<>();
    monitor.execute(command, Map.of("uri", STATE_URI));
    Awaiting.result(outcome, timeout, "the end of " + command);
  }

  private static Map<String, Object> enabled(String capability) {
    return Map.of("capability", capability, "state", true);
  }
}
