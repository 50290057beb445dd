package thaw.images;

import java.io.IOException;
import java.util.Set;

/** Where disks of images are kept. A disk is there whole or not at all. */
interface DiskShelf {
  /** Writes a disk from its first byte to its last. */
  @FunctionalInterface
  interface Writer {
    void writeTo(DiskSink sink) throws IOException;
  }

  /** Whether a disk is there, and can be used by this version of Thaw. */
  boolean has(String name) throws IOException;

  /**
   * Keeps a disk.
   *
   * @param origin names the image for ever: it can be made of that again
   */
  void put(String name, String origin, Writer writer) throws IOException;

  /** All disks, of any version. */
  Set<String> names() throws IOException;

  /** Removes a disk; no effect if there is none. */
  void remove(String name) throws IOException;
}
