package thaw.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Makes erofs images: uncompressed, so that pages are read as they lie, and always the same. */
final class Erofs {
  private static final Tool MKFS = new Tool("mkfs.erofs", "erofs-utils");
  private static final UUID NO_UUID = new UUID(0, 0);

  private Erofs() {}

  /**
   * Writes {@code tree} into a new {@code image}, then stretches the file, sparsely, to the size
   * that every disk of a guest has.
   *
   * @return the bytes of the file system itself
   */
  static long make(Path tree, Path image) throws IOException {
    MKFS.run(
        tree,
        List.of(
            "--quiet",
            "-T0",
            "-U" + NO_UUID,
            "-x-1",
            "--all-root",
            image.toAbsolutePath().toString(),
            tree.toAbsolutePath().toString()));
    long contentBytes = Files.size(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(GuestImages.DISK_BYTES);
      file.getFD().sync();
    }
    return contentBytes;
  }

  /** As the tool says it, for the identity of what it makes. */
  static String version() {
    Tool.Result result = MKFS.runAnyway(Path.of("/"), List.of("-V"), () -> {});
    return (result.output() + result.errors()).lines().findFirst().orElse("");
  }
}
