package thaw.microvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/** A VM's memory as a plain file, all of it written before the VM runs. */
final class PlainMemory {
  private final Path file;
  private final long bytes;

  private PlainMemory(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /** Makes an empty one. */
  static PlainMemory create(Path file, long bytes, int uid) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(bytes);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    Files.setAttribute(file, "unix:uid", uid);
    return new PlainMemory(file, bytes);
  }

  Path path() {
    return file;
  }

  /** Writes what is not zero; QEMU may have it mapped, and has touched none of it. */
  void write(PageSource content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long page = 0; page < bytes / PageSource.PAGE_BYTES; page++) {
        Optional<MemorySegment> found = content.page(page);
        if (found.isPresent()) {
          var _ = channel.write(found.get().asByteBuffer(), page * PageSource.PAGE_BYTES);
        }
      }
    }
  }
}
