package thaw.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a platform keeps what belongs to its process and to no other part, below its data directory
 * (docs/data-directory.md).
 *
 * @param dataDir absolute
 */
public record PlatformFiles(Path dataDir) {
  public Path directory() {
    return dataDir.resolve("platform");
  }

  /** What the driver of sandboxes may keep between starts and make again at any time. */
  public static Path driverCache(ThawSettings settings) {
    return settings.guest().cacheDir().resolve("microvm");
  }

  /** Makes the directory, and the data directory as {@code DataDirectory} would. */
  void create() throws IOException {
    make(dataDir, "rwx--x--x");
    make(directory(), "rwx------");
  }

  private static void make(Path path, String permissions) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
  }

  /** Locked by the running platform for as long as it lives. */
  public Path lock() {
    return dataDir.resolve("lock");
  }

  /** Functions' logs. */
  public Path functionLogs() {
    return dataDir.resolve("logs");
  }

  /** Disks of running sandboxes; swept at each start. */
  public Path sandboxDisks() {
    return dataDir.resolve("sandboxes");
  }

  /** Snapshot layers. */
  public Path snapshots() {
    return dataDir.resolve("snapshots");
  }

  /** The keys that seal them. */
  Path keys() {
    return dataDir.resolve("keys");
  }

  /** Who runs and where it listens. */
  public Path state() {
    return directory().resolve("running");
  }

  /** The platform's log; rotated ones stand beside it. */
  public Path log() {
    return directory().resolve("thaw.log");
  }

  /** What a platform in the background wrote to standard error: the JVM's last words. */
  public Path standardError() {
    return directory().resolve("stderr.log");
  }
}
