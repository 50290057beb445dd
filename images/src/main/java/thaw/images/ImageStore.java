package thaw.images;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.ChunkedFile;
import thaw.chunks.Disks;
import thaw.chunks.ManifestIndex;

/**
 * The disks of container images, by account and digest: in the chunk store, or in files for a
 * driver that mounts files. A disk is there whole or not at all, whatever instant the process dies
 * at. Safe for use by many threads.
 */
public final class ImageStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
  private static final int LOCKS = 64;

  /** How long a disk that nothing refers to stays: a function may be about to. */
  private static final Duration KEEP_UNUSED = Duration.ofMinutes(20);

  private final Images images;
  private final FileShelf files;
  private final Optional<ChunkShelf> chunks;
  private final DiskShelf shelf;
  private final Semaphore atOnce;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
  private final Map<String, Long> usedNanos = new ConcurrentHashMap<>();

  /** The chunk store, and the database's index of what is in it. */
  public record Chunked(Disks disks, ManifestIndex index) {}

  /** A disk in the chunk store. */
  public interface Pages {
    /**
     * A page of 4,096 bytes.
     *
     * @return empty if it is all zeros, which beyond the content's end all are
     */
    Optional<MemorySegment> page(long page) throws IOException;

    /** Begins to bring pages nearer that will be asked for soon, and does not wait. */
    void fetchAhead(IntStream pages);
  }

  /**
   * Opens the store.
   *
   * @param directory is made if it is missing and belongs to it alone
   * @param chunked where disks are that are not to be files
   */
  public ImageStore(Path directory, ImageSettings settings, Optional<Chunked> chunked)
      throws IOException {
    this.files = new FileShelf(directory);
    this.chunks = chunked.map(store -> new ChunkShelf(store.disks(), store.index()));
    this.shelf = chunks.isPresent() ? chunks.get() : files;
    this.atOnce = new Semaphore(settings.atOnce(), true);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
    this.images = new Images(settings);
  }

  /**
   * Finds what a reference names now.
   *
   * @throws ImageException why it cannot be had, or cannot be used
   */
  public ResolvedImage resolve(String uri) throws IOException {
    return images.resolve(ImageReference.parse(uri));
  }

  /**
   * Makes the disk of an image, unless it is there.
   *
   * @param accountId whose it is
   * @param resolvedUri {@link ResolvedImage#uri}, which names one image for ever
   * @throws ImageException why it cannot be had, or cannot be used
   */
  public void take(String accountId, String resolvedUri, String digestHex) throws IOException {
    String name = name(accountId, digestHex);
    usedNanos.put(name, System.nanoTime());
    ReentrantLock lock = locks[Math.floorMod(name.hashCode(), LOCKS)];
    lock.lock();
    try {
      if (shelf.has(name)) {
        return;
      }
      atOnce.acquire();
      try {
        make(name, images.resolve(ImageReference.parse(resolvedUri)), digestHex);
      } finally {
        atOnce.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while an image was taken in", e);
    } finally {
      lock.unlock();
    }
  }

  private void make(String name, ResolvedImage image, String digestHex) throws IOException {
    if (!image.digest().hex().equals(digestHex)) {
      throw ImageException.invalid("there is another image than sha256:" + digestHex);
    }
    long begin = System.nanoTime();
    Flattener.Flat flat = images.write(image, writer -> shelf.put(name, image.uri(), writer));
    LOG.info(
        "took in {}: {} MB in {} files, in {} ms",
        image.uri(),
        flat.dataBytes() >> 20,
        flat.inodes(),
        (System.nanoTime() - begin) / 1_000_000);
  }

  /**
   * The file of an image's disk that was taken in: an erofs file system of {@link
   * Flattener#DISK_BYTES}.
   *
   * @throws NoSuchFileException if it was not
   */
  public Path file(String accountId, String digestHex) throws IOException {
    String name = name(accountId, digestHex);
    usedNanos.put(name, System.nanoTime());
    if (!files.has(name)) {
      throw missing(digestHex);
    }
    return files.file(name);
  }

  /**
   * The same of a disk in the chunk store. One that turned out to be damaged there is made anew.
   *
   * @throws NoSuchFileException if it was not taken in
   */
  public Pages pages(String accountId, String digestHex) throws IOException {
    ChunkShelf store = chunks.orElseThrow();
    String name = name(accountId, digestHex);
    usedNanos.put(name, System.nanoTime());
    Optional<String> damaged = store.damagedOrigin(name);
    if (damaged.isPresent()) {
      take(accountId, damaged.get(), digestHex);
    }
    ChunkedFile file = store.file(name).orElseThrow(() -> missing(digestHex));
    return new Pages() {
      @Override
      public Optional<MemorySegment> page(long page) throws IOException {
        return store.page(name, file, page);
      }

      @Override
      public void fetchAhead(IntStream pages) {
        file.fetchAhead(pages);
      }
    };
  }

  private static NoSuchFileException missing(String digestHex) {
    return new NoSuchFileException("the image sha256:" + digestHex + " is not here");
  }

  /**
   * Removes disks that nothing refers to and nobody has asked for lately.
   *
   * @param inUse digests that functions refer to, lower-case hex
   */
  public void retain(Set<String> inUse) throws IOException {
    for (String name : shelf.names()) {
      Long used = usedNanos.get(name);
      boolean lately = used != null && System.nanoTime() - used < KEEP_UNUSED.toNanos();
      if (!lately && !inUse.contains(name.substring(name.indexOf('-') + 1))) {
        shelf.remove(name);
        usedNanos.remove(name);
      }
    }
  }

  private static String name(String accountId, String digestHex) {
    return accountId + "-" + new Digest(digestHex).hex();
  }

  @Override
  public void close() {
    images.close();
  }
}
