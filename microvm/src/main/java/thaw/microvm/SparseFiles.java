package thaw.microvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import thaw.guest.GuestImages;

/** Files that are longer than what they hold. */
final class SparseFiles {
  private SparseFiles() {}

  /** Makes a file longer without writing to it; no effect if it is that long. */
  static void extend(Path file, long bytes) throws IOException {
    if (Files.size(file) < bytes) {
      try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
        f.setLength(bytes);
      }
    }
  }

  /** A file of nothing, {@link GuestImages#DISK_BYTES} long: the /opt disk when there is none. */
  static Path blankDisk(Path cacheDirectory) throws IOException {
    Path directory = Files.createDirectories(cacheDirectory.resolve("disks"));
    Path blank = directory.resolve("blank");
    if (!Files.exists(blank)) {
      Path made = Files.createTempFile(directory, ".blank", "");
      extend(made, GuestImages.DISK_BYTES);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r--r--r--"));
      Files.move(made, blank, StandardCopyOption.ATOMIC_MOVE);
    }
    return blank;
  }
}
