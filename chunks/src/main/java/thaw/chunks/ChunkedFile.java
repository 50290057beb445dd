package thaw.chunks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file made of chunks, read at any place by any thread; a chunk moves when a byte of it is first
 * wanted. It needs no closing.
 */
public final class ChunkedFile {
  /** The unit of {@link #page}, bytes. */
  public static final int PAGE_BYTES = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(ChunkedFile.class);

  private final PageSlab pages = new PageSlab();
  private final Manifest manifest;
  private final Location location;
  private final ReadPath path;

  ChunkedFile(Manifest manifest, Location location, ReadPath path) {
    this.manifest = manifest;
    this.location = location;
    this.path = path;
  }

  /** Length of the file, bytes. */
  public long bytes() {
    return manifest.outline().fileBytes();
  }

  /** How many of its chunks are not of zeros alone. */
  public int chunks() {
    return manifest.outline().names().length;
  }

  /** What the file was made for. */
  public Binding binding() {
    return manifest.outline().binding();
  }

  /**
   * Reads a range.
   *
   * @param position where it starts, bytes
   * @param target filled from its start
   * @return how many bytes were read: fewer than the target takes only at the file's end
   * @throws DamagedException if a chunk is not what was written: no byte of it was read
   */
  public int read(long position, MemorySegment target) throws IOException {
    long wanted = Math.min(target.byteSize(), Math.max(0, bytes() - position));
    long done = 0;
    while (done < wanted) {
      int chunk = Math.toIntExact((position + done) / ChunkCipher.CHUNK_BYTES);
      long offset = (position + done) % ChunkCipher.CHUNK_BYTES;
      long count = Math.min(wanted - done, ChunkCipher.CHUNK_BYTES - offset);
      read(chunk, offset, target.asSlice(done, count));
      done += count;
    }
    return Math.toIntExact(done);
  }

  private void read(int chunk, long offset, MemorySegment target) throws IOException {
    int place = manifest.outline().runs().place(chunk);
    if (place == Runs.ABSENT) {
      target.fill((byte) 0);
      return;
    }
    try (PlainChunk plain = get(chunk, place)) {
      target.copyFrom(plain.bytes().asSlice(offset, target.byteSize()));
    }
  }

  /**
   * One page, copied into memory of its own, which lives as long as it is referred to, and with it
   * some others: not to be kept for long. The last one is filled up with zeros.
   *
   * @param page number of the page, from 0
   * @return empty if it lies in a chunk of zeros or behind the end
   */
  public Optional<MemorySegment> page(long page) throws IOException {
    long position = page * PAGE_BYTES;
    if (position < 0 || position >= bytes() || !isStored(position)) {
      return Optional.empty();
    }
    MemorySegment copy = pages.take();
    read(position, copy);
    return Optional.of(copy);
  }

  private boolean isStored(long position) {
    int chunk = Math.toIntExact(position / ChunkCipher.CHUNK_BYTES);
    return manifest.outline().runs().place(chunk) != Runs.ABSENT;
  }

  /** Brings the chunk in which this position lies nearer, so that a later read finds it there. */
  public void prefetch(long position) throws IOException {
    int chunk = Math.toIntExact(position / ChunkCipher.CHUNK_BYTES);
    int place = manifest.outline().runs().place(chunk);
    if (place != Runs.ABSENT) {
      get(chunk, place).close();
    }
  }

  /**
   * Begins to bring all chunks of a range nearer, many at once, and does not wait. A chunk that
   * cannot be had is told to who reads it.
   */
  public void prefetchAhead(long position, long count) {
    long end = Math.min(bytes(), position + count);
    for (long at = position; at < end; at += ChunkCipher.CHUNK_BYTES) {
      long wanted = at;
      path.execute(() -> {
        try {
          prefetch(wanted);
        } catch (IOException e) {
          LOG.debug("A chunk could not be fetched ahead", e);
        }
      });
    }
  }

  /** The same for the chunks in which these pages lie. */
  public void fetchAhead(IntStream pages) {
    pages
        .mapToLong(page -> page * (long) PAGE_BYTES / ChunkCipher.CHUNK_BYTES)
        .distinct()
        .forEach(chunk -> prefetchAhead(chunk * ChunkCipher.CHUNK_BYTES, 1));
  }

  private PlainChunk get(int chunk, int place) throws IOException {
    Hash name = manifest.outline().names()[place];
    PlainChunk plain = path.get(name, manifest.key(place), location);
    if (plain.bytes().byteSize() != manifest.outline().chunkBytes(chunk)) {
      plain.close();
      throw new DamagedException("chunk " + name + " is not as long as its manifest has it");
    }
    return plain;
  }
}
