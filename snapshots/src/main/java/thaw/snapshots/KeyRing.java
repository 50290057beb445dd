package thaw.snapshots;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;

/**
 * The keys that seal snapshots, in files of mode 0600: one of the service for base and runtime
 * layers, one of each account, and one of each function, sealed by its account's. Destroying a
 * function's key makes every copy of its snapshots unreadable.
 */
public final class KeyRing {
  private final Path directory;

  /**
   * Opens a key ring.
   *
   * @param directory made with mode 0700 if it is missing
   */
  public KeyRing(Path directory) throws IOException {
    this.directory =
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The service's key, made when first asked for. */
  public synchronized SnapshotKey service() throws IOException {
    return new SnapshotKey(readOrMake(directory.resolve("service.key")));
  }

  /** A function's key, made when first asked for. */
  public synchronized SnapshotKey function(String accountId, String functionName)
      throws IOException {
    Optional<SnapshotKey> existing = existingFunction(accountId, functionName);
    if (existing.isPresent()) {
      return existing.get();
    }
    byte[] key = SnapshotKey.random(SnapshotKey.KEY_BYTES);
    Path file = functionFile(accountId, functionName);
    Files.createDirectories(directory.resolve(accountId));
    DurableFiles.write(file, account(accountId).seal(key, associated(accountId, functionName)));
    return new SnapshotKey(key);
  }

  /** A function's key if it has one: what is opened must have been sealed before. */
  public synchronized Optional<SnapshotKey> existingFunction(String accountId, String functionName)
      throws IOException {
    Path file = functionFile(accountId, functionName);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] sealed = Files.readAllBytes(file);
      return Optional.of(
          new SnapshotKey(account(accountId).open(sealed, associated(accountId, functionName))));
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the key file "
              + file
              + " is damaged or of another account; delete it to have the"
              + " function's snapshots made again",
          e);
    }
  }

  /** Destroys a function's key, durably. No effect if it has none. */
  public synchronized void destroyFunction(String accountId, String functionName)
      throws IOException {
    Path file = functionFile(accountId, functionName);
    if (Files.deleteIfExists(file)) {
      DurableFiles.syncDirectory(directory.resolve(accountId));
    }
  }

  private SnapshotKey account(String accountId) throws IOException {
    return new SnapshotKey(readOrMake(directory.resolve(accountId + ".key")));
  }

  private Path functionFile(String accountId, String functionName) {
    if (!accountId.matches("[0-9]{12}") || !functionName.matches("[A-Za-z0-9_-]{1,140}")) {
      throw new IllegalArgumentException("not a function: " + accountId + " " + functionName);
    }
    return directory.resolve(accountId).resolve(functionName + ".key");
  }

  private static byte[] associated(String accountId, String functionName) {
    return (accountId + "/" + functionName).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] readOrMake(Path file) throws IOException {
    if (!Files.exists(file)) {
      DurableFiles.write(file, SnapshotKey.random(SnapshotKey.KEY_BYTES));
    }
    byte[] key = Files.readAllBytes(file);
    if (key.length != SnapshotKey.KEY_BYTES) {
      throw new IOException(
          "the key file "
              + file
              + " has "
              + key.length
              + " bytes instead of 32; restore it from a"
              + " backup, or delete it and the snapshots directory beside it");
    }
    return key;
  }
}
