package thaw.code;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes files that are there whole or not at all, whatever instant the process or the machine dies
 * at: into a temporary file, to disk, then renamed, and the rename to disk too.
 */
final class DurableFile {
  private static final int BUFFER_BYTES = 1 << 20;

  private DurableFile() {}

  /** Writes a file's content. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing one that is there.
   *
   * @param temporary directory for the unfinished file, on the same file system
   * @param virtualBytes the file's length is raised to this without taking space, if it is shorter
   */
  static void write(Path file, Path temporary, long virtualBytes, Content content)
      throws IOException {
    Path unfinished = temporary.resolve(UUID.randomUUID().toString());
    try {
      try (RandomAccessFile target = new RandomAccessFile(unfinished.toFile(), "rw")) {
        try (OutputStream out =
            new BufferedOutputStream(new FileOutputStream(unfinished.toFile()), BUFFER_BYTES)) {
          content.writeTo(out);
        }
        target.setLength(Math.max(target.length(), virtualBytes));
        target.getChannel().force(true);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      syncDirectory(file.resolveSibling("."));
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Makes names that were created, renamed or removed in a directory survive a power cut. */
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
