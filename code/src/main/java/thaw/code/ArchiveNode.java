package thaw.code;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/** A file, directory or symbolic link of a checked archive. */
sealed interface ArchiveNode {
  /**
   * A directory. Its children are in the order of their names' bytes, whatever order the archive
   * has them in: equal trees make equal images.
   */
  record Directory(Map<String, ArchiveNode> children) implements ArchiveNode {
    private static final Comparator<String> BY_BYTES =
        Comparator.comparing(
            name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    static Directory empty() {
      return new Directory(new TreeMap<>(BY_BYTES));
    }

    Collection<ArchiveNode> nodes() {
      return children.values();
    }
  }

  /**
   * A regular file.
   *
   * @param modifiedSeconds when it was last changed, seconds since 1970
   */
  record RegularFile(ZipArchiveEntry entry, boolean executable, long modifiedSeconds)
      implements ArchiveNode {
    long sizeBytes() {
      return entry.getSize();
    }
  }

  /** A symbolic link that stays inside the archive. */
  record SymbolicLink(String target) implements ArchiveNode {}
}
