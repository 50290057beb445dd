package thaw.chunks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Files that are there whole or not at all: write, fsync, rename, fsync the directory. */
final class DurableFiles {
  /** What unfinished files are called; they may be deleted whenever nobody is writing. */
  static final String TEMPORARY_PREFIX = ".tmp-";

  private DurableFiles() {}

  static void write(Path file, byte[] content) throws IOException {
    Path temporary = temporary(file);
    try {
      writeSynced(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncDirectory(parent(file));
  }

  /** The same unless the file is there: of several that write it at once one does. */
  static void writeNew(Path file, byte[] content) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    Path temporary = temporary(file);
    try {
      writeSynced(temporary, content);
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      return; // another was quicker
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncDirectory(parent(file));
  }

  private static Path temporary(Path file) {
    return file.resolveSibling(TEMPORARY_PREFIX + UUID.randomUUID());
  }

  private static void writeSynced(Path temporary, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("has no directory: " + file);
    }
    return parent;
  }
}
