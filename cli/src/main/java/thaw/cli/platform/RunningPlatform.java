package thaw.cli.platform;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A platform that runs on a data directory. It holds a lock for as long as it lives, so a stale
 * file after kill -9 misleads nobody.
 *
 * @param endpoint where its API is
 */
public record RunningPlatform(long pid, URI endpoint, Instant startedAt) {

  /** The platform that runs on this data directory, if any. */
  public static Optional<RunningPlatform> find(PlatformFiles files) {
    try {
      return isLocked(files.lock()) ? read(files.state()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + files.directory(), e);
    }
  }

  void write(Path file) throws IOException {
    String text = "pid=" + pid + "\nendpoint=" + endpoint + "\nstartedAt=" + startedAt + "\n";
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isLocked(Path lock) throws IOException {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held == null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Empty while the one that holds the lock is still starting. */
  private static Optional<RunningPlatform> read(Path file) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    @Nullable String pid = properties.getProperty("pid");
    @Nullable String endpoint = properties.getProperty("endpoint");
    @Nullable String startedAt = properties.getProperty("startedAt");
    if (pid == null || endpoint == null || startedAt == null) {
      return Optional.empty();
    }
    return Optional.of(
        new RunningPlatform(Long.parseLong(pid), URI.create(endpoint), Instant.parse(startedAt)));
  }
}
