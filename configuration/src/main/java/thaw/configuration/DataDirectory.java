package thaw.configuration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directory everything durable lives in, held by one process at a time. See
 * docs/data-directory.md for what is in it.
 */
public final class DataDirectory implements AutoCloseable {
  /**
   * Format this version of Thaw writes. It rises when an older Thaw could not use the directory.
   */
  public static final int FORMAT = 1;

  /**
   * What this very process holds. A POSIX lock keeps out other processes only, and is lost when the
   * process closes any descriptor of the file: so a second try must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path real;
  private final FileChannel lockFile;

  private DataDirectory(Path path, Path real, FileChannel lockFile) {
    this.path = path;
    this.real = real;
    this.lockFile = lockFile;
  }

  /**
   * Takes the directory, making it if it is missing. Everything in it is for its owner only:
   * functions' environments hold secrets.
   *
   * @throws IOException saying what to do if another process has it, if a newer Thaw wrote it, or
   *     if it cannot be written
   */
  public static DataDirectory open(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
    }
    Path real = path.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(path, ownPid());
    }
    try {
      FileChannel lockFile = lock(path);
      try {
        checkFormat(path);
        return new DataDirectory(path, real, lockFile);
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      HELD.remove(real);
      throw e;
    }
  }

  /** The directory itself. */
  public Path path() {
    return path;
  }

  /** Where the code store lives. */
  public Path code() {
    return path.resolve("code");
  }

  /** Where the disks of container images live. */
  public Path images() {
    return path.resolve("images");
  }

  /** Where the database of functions lives. */
  Path database() {
    return database(path);
  }

  static Path database(Path dataDir) {
    return dataDir.resolve("configuration.db");
  }

  /** Gives the directory up, to be called when nothing of it is in use any more. */
  @Override
  public void close() throws IOException {
    lockFile.close();
    HELD.remove(real);
  }

  private static FileChannel lock(Path path) throws IOException {
    Path file = path.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw inUse(path, Files.readString(file, StandardCharsets.US_ASCII).trim());
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ownPid() + "\n").getBytes(StandardCharsets.US_ASCII)));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static IOException inUse(Path path, String pid) {
    return new IOException(
        "the data directory %s is in use by process %s: stop it (thaw down), or choose another with"
                .formatted(path, pid)
            + " --data-dir");
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static void checkFormat(Path path) throws IOException {
    Path file = path.resolve("format");
    if (!Files.exists(file)) {
      writeFormat(file);
      return;
    }
    String text = Files.readString(file, StandardCharsets.UTF_8).trim();
    if (!text.matches("[1-9]\\d{0,8}")) {
      throw new IOException(
          "%s should hold the number of a format, but holds \"%s\": is %s really a data directory of Thaw?"
              .formatted(file, text.substring(0, Math.min(40, text.length())), path));
    }
    int format = Integer.parseInt(text);
    if (format > FORMAT) {
      throw new IOException(
          ("the data directory %s was written by a newer Thaw (format %d, this version knows up to"
                  + " %d): use that version, or choose another directory with --data-dir")
              .formatted(path, format, FORMAT));
    }
  }

  private static void writeFormat(Path file) throws IOException {
    Path unfinished = file.resolveSibling("format.tmp");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap((FORMAT + "\n").getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory =
        FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
