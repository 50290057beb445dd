package thaw.images;

import java.util.SortedMap;

/**
 * A member of a tar archive. Names are strings of bytes, as {@link thaw.erofs.ErofsNode} has them.
 *
 * @param name as the archive has it: nothing about it was checked
 * @param linkName target of a link, else empty
 * @param attributes extended ones, by their full names
 */
record TarEntry(
    Kind kind,
    String name,
    String linkName,
    long bytes,
    int mode,
    int uid,
    int gid,
    long modifiedSeconds,
    int modifiedNanos,
    SortedMap<String, byte[]> attributes) {
  /** How much its names and attributes take. */
  long textBytes() {
    long bytes = (long) name.length() + linkName.length();
    for (byte[] value : attributes.values()) {
      bytes += value.length;
    }
    return bytes;
  }

  /** What a member is. */
  enum Kind {
    FILE,
    HARD_LINK,
    SYMBOLIC_LINK,
    DIRECTORY,
    FIFO,
    DEVICE
  }
}
