package thaw.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import thaw.sparsefs.PageSource;

/** The content of a read-only disk. */
public sealed interface DiskImage {
  /** A file of this host. */
  record File(Path path) implements DiskImage {}

  /**
   * Pages that come when they are touched, from wherever they are kept; beyond the content's end
   * all are zero.
   */
  record Pages(PageSource content) implements DiskImage {}

  /**
   * The file, for a driver that mounts disks as files.
   *
   * @throws IOException if it is none
   */
  default Path file() throws IOException {
    return switch (this) {
      case File file -> file.path();
      case Pages _ -> throw new IOException("this driver takes disks that are files only");
    };
  }
}
