package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
 *
 * <p>A page that could not be written, because the disk is full, cannot be read either until it is
 * written again: the kernel may have dropped what the VM wrote, and the parent's would be wrong.
 */
public final class WrittenPages implements PageSource, AutoCloseable {
  private final PageSource parent;
  private final Arena arena = Arena.ofShared();
  private final FileChannel file;
  private final MemorySegment scratch;
  private final BitSet written = new BitSet();
  private final BitSet lost = new BitSet();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile long limitBytes;

  /**
   * @param scratchFile made new; deleted when the process closes it
   * @param sizeBytes of the file that is written to, a multiple of the page size
   */
  public WrittenPages(PageSource parent, Path scratchFile, long sizeBytes) throws IOException {
    this.parent = parent;
    limitBytes = sizeBytes;
    file =
        FileChannel.open(
            scratchFile,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      scratch = file.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
    } catch (IOException e) {
      file.close();
      throw e;
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
      if (lost.get(Math.toIntExact(page))) {
        throw new IOException("page " + page + " could not be written");
      }
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

  /**
   * Writes whole and partial pages; the rest of a partial page is the parent's. To the file, not
   * through its mapping: where the disk is full that is an error, and no signal.
   */
  void write(long offset, MemorySegment bytes) throws IOException {
    long end = offset + bytes.byteSize();
    int first = Math.toIntExact(offset / PAGE_BYTES);
    int last = Math.toIntExact((end - 1) / PAGE_BYTES);
    lock.writeLock().lock();
    try {
      lost.set(first, last + 1);
      if (offset % PAGE_BYTES != 0) {
        fillUp(first);
      }
      if (end % PAGE_BYTES != 0) {
        fillUp(last);
      }
      writeFile(offset, bytes);
      written.set(first, last + 1);
      lost.clear(first, last + 1);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Takes a page that is to be written in part from the parent. */
  private void fillUp(int page) throws IOException {
    if (!written.get(page)) {
      Optional<MemorySegment> below = parent.page(page);
      if (below.isPresent()) {
        writeFile((long) page * PAGE_BYTES, below.get());
      }
    }
  }

  private void writeFile(long offset, MemorySegment bytes) throws IOException {
    ByteBuffer left = bytes.asByteBuffer();
    while (left.hasRemaining()) {
      file.write(left, offset + left.position());
    }
  }

  private MemorySegment slot(long page) {
    return scratch.asSlice(page * PAGE_BYTES, PAGE_BYTES);
  }

  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }
}
