package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The pages that were written to a file, over a parent: what a VM changed of the snapshot it came
 * from. They stand in a sparse scratch file, each at its own offset, so that they cost disk only
 * where something was written, and no heap.
 */
public final class WrittenPages implements PageSource, AutoCloseable {
  private final PageSource parent;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment scratch;
  private final BitSet written = new BitSet();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile long limitBytes;

  /**
   * @param scratchFile made new; deleted when the process closes it
   * @param sizeBytes of the file that is written to, a multiple of the page size
   */
  public WrittenPages(PageSource parent, Path scratchFile, long sizeBytes) throws IOException {
    this.parent = parent;
    limitBytes = sizeBytes;
    try (FileChannel channel =
        FileChannel.open(
            scratchFile,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      scratch = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
    }
  }

  /** Bounds how far it may be written: a write that ends beyond is refused, as on a full disk. */
  public void limit(long bytes) {
    limitBytes = bytes;
  }

  /** Whether a write that ends there is within the limit. */
  boolean hasRoomTo(long end) {
    return end <= limitBytes;
  }

  @Override
  public Optional<MemorySegment> page(long page) throws IOException {
    lock.readLock().lock();
    try {
      if (written.get(Math.toIntExact(page))) {
        return Optional.of(slot(page));
      }
    } finally {
      lock.readLock().unlock();
    }
    return parent.page(page);
  }

  /** The numbers of the written pages, ascending; a copy. */
  public BitSet pages() {
    lock.readLock().lock();
    try {
      return (BitSet) written.clone();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Writes whole and partial pages; the rest of a partial page is the parent's. */
  void write(long offset, MemorySegment bytes) throws IOException {
    lock.writeLock().lock();
    try {
      long done = 0;
      while (done < bytes.byteSize()) {
        long page = (offset + done) / PAGE_BYTES;
        long within = (offset + done) % PAGE_BYTES;
        long count = Math.min(PAGE_BYTES - within, bytes.byteSize() - done);
        if (count < PAGE_BYTES && !written.get(Math.toIntExact(page))) {
          Optional<MemorySegment> below = parent.page(page);
          if (below.isPresent()) {
            slot(page).copyFrom(below.get());
          }
        }
        scratch.asSlice(offset + done, count).copyFrom(bytes.asSlice(done, count));
        written.set(Math.toIntExact(page));
        done += count;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private MemorySegment slot(long page) {
    return scratch.asSlice(page * PAGE_BYTES, PAGE_BYTES);
  }

  @Override
  public void close() {
    arena.close();
  }
}
