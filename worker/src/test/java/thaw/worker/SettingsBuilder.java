package thaw.worker;

import java.time.Duration;
import thaw.settings.DataSize;

/** Worker settings for tests: short times, no memory watch. */
final class SettingsBuilder {
  int maxSandboxes = 4;
  Duration initTimeout = Duration.ofSeconds(20);
  Duration pauseAfter = Duration.ofSeconds(20);
  Duration keepAlive = Duration.ofMinutes(1);
  DataSize outputRate = DataSize.ofMebibytes(1);
  int dataConnections = 8;
  DataSize outputBurst = DataSize.ofMebibytes(8);

  WorkerSettings build() {
    return new WorkerSettings(
        maxSandboxes,
        0,
        4,
        new DataSize(0),
        new DataSize(0),
        0,
        2,
        64,
        Duration.ofSeconds(60),
        initTimeout,
        pauseAfter,
        keepAlive,
        Duration.ofHours(1),
        outputRate,
        outputBurst,
        dataConnections);
  }
}
