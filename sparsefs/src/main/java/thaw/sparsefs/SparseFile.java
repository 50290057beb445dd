package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A file of the sparse file system: a source of pages under a name.
 *
 * @param name its name in its directory
 * @param uid who owns it and may read it
 * @param sizeBytes its size, a multiple of the page size
 * @param source its content; a {@link WrittenPages} makes the file writable
 * @param firstTouch told of what is read
 * @param direct whether each read comes here as whole as its reader asked for it, and the page
 *     cache keeps nothing of it: for a disk, whose reader has a cache of its own. Else the page
 *     cache asks page by page for what it does not have, as faults in a mapping do
 */
public record SparseFile(
    String name,
    int uid,
    long sizeBytes,
    PageSource source,
    FirstTouch firstTouch,
    boolean direct) {
  public SparseFile {
    if (name.isEmpty() || name.length() > 255 || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a file name: " + name);
    }
    if (sizeBytes <= 0 || sizeBytes % PageSource.PAGE_BYTES != 0) {
      throw new IllegalArgumentException("not a size in whole pages: " + sizeBytes);
    }
  }

  /** One of which the page cache keeps what is read. */
  public SparseFile(
      String name, int uid, long sizeBytes, PageSource source, FirstTouch firstTouch) {
    this(name, uid, sizeBytes, source, firstTouch, false);
  }

  boolean writable() {
    return source instanceof WrittenPages;
  }

  /** Content of a page, or empty if it is all zeros. */
  Optional<MemorySegment> page(long page) throws IOException {
    return source.page(page);
  }
}
