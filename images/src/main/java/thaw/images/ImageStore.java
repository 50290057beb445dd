package thaw.images;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks of container images, by account and digest. A disk is there whole or not at all,
 * whatever instant the process dies at. Safe for use by many threads.
 */
public final class ImageStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
  private static final String DISK = ".erofs";
  private static final String NOTE = ".sum";

  /** How long a disk that nothing refers to stays: a function may be about to. */
  private static final Duration KEEP_UNUSED = Duration.ofMinutes(20);

  private final Images images;
  private final Path disks;
  private final Path temporary;
  private final Semaphore atOnce;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
  private final Map<String, Long> usedNanos = new ConcurrentHashMap<>();

  /** Opens the store in a directory, which is made if it is missing and belongs to it alone. */
  public ImageStore(Path directory, ImageSettings settings) throws IOException {
    Files.createDirectories(directory);
    this.temporary = own(directory.resolve("tmp"), "rwx------");
    // Sandboxes run under other users, and open a disk whose name they were given.
    this.disks = own(directory.resolve("disk"), "rwx--x--x");
    this.atOnce = new Semaphore(settings.atOnce(), true);
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(temporary)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
    this.images = new Images(settings);
  }

  private static Path own(Path directory, String permissions) throws IOException {
    Files.createDirectories(directory);
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
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
    ReentrantLock lock = locks.computeIfAbsent(name, absent -> new ReentrantLock());
    lock.lock();
    try {
      if (isWhole(name)) {
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

  /**
   * The disk of an image that was taken in: an erofs file system of {@link Flattener#DISK_BYTES}.
   *
   * @throws NoSuchFileException if it was not
   */
  public Path disk(String accountId, String digestHex) throws IOException {
    String name = name(accountId, digestHex);
    usedNanos.put(name, System.nanoTime());
    if (!isWhole(name)) {
      throw new NoSuchFileException("the image sha256:" + digestHex + " is not here");
    }
    return disks.resolve(name + DISK);
  }

  /**
   * Removes disks that nothing refers to and nobody has asked for lately.
   *
   * @param inUse digests that functions refer to, lower-case hex
   */
  public void retain(Set<String> inUse) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(disks, "*" + DISK)) {
      for (Path file : files) {
        String fileName = String.valueOf(file.getFileName());
        String name = fileName.substring(0, fileName.length() - DISK.length());
        Long used = usedNanos.get(name);
        boolean lately = used != null && System.nanoTime() - used < KEEP_UNUSED.toNanos();
        if (!lately && !inUse.contains(name.substring(name.indexOf('-') + 1))) {
          Files.deleteIfExists(disks.resolve(name + NOTE));
          Files.deleteIfExists(file);
          usedNanos.remove(name);
        }
      }
    }
  }

  private static String name(String accountId, String digestHex) {
    return accountId + "-" + new Digest(digestHex).hex();
  }

  private boolean isWhole(String name) throws IOException {
    Path disk = disks.resolve(name + DISK);
    Path note = disks.resolve(name + NOTE);
    return Files.exists(note)
        && Files.exists(disk)
        && Files.size(disk) == Flattener.DISK_BYTES
        && Files.readString(note).startsWith(Flattener.LAYOUT + " ");
  }

  private void make(String name, ResolvedImage image, String digestHex) throws IOException {
    if (!image.digest().hex().equals(digestHex)) {
      throw ImageException.invalid("there is another image than sha256:" + digestHex);
    }
    long begin = System.nanoTime();
    Path unfinished = temporary.resolve(UUID.randomUUID().toString());
    try {
      Flattener.Flat flat;
      try (RandomAccessFile file = new RandomAccessFile(unfinished.toFile(), "rw")) {
        flat = images.write(image, () -> new Sparse(file));
        file.getChannel().force(true);
      }
      Files.move(unfinished, disks.resolve(name + DISK), StandardCopyOption.ATOMIC_MOVE);
      note(name, flat);
      LOG.info(
          "took in {}: {} MB in {} files, in {} ms",
          image.uri(),
          flat.dataBytes() >> 20,
          flat.inodes(),
          (System.nanoTime() - begin) / 1_000_000);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private void note(String name, Flattener.Flat flat) throws IOException {
    Path unfinished = temporary.resolve(UUID.randomUUID().toString());
    String text = "%d %d %d\n".formatted(Flattener.LAYOUT, flat.dataBytes(), flat.metadataBytes());
    try (FileChannel channel =
            FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = java.nio.channels.Channels.newOutputStream(channel)) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      channel.force(true);
    }
    Files.move(unfinished, disks.resolve(name + NOTE), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel = FileChannel.open(disks, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** A file in which zeros are holes. */
  private static final class Sparse implements DiskSink {
    private static final int BUFFER_BYTES = 1 << 20;

    private final RandomAccessFile file;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long position;

    Sparse(RandomAccessFile file) throws IOException {
      this.file = file;
      file.setLength(0);
      file.setLength(Flattener.DISK_BYTES);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      for (int done = 0; done < count; ) {
        int n = Math.min(count - done, buffer.length - buffered);
        System.arraycopy(bytes, offset + done, buffer, buffered, n);
        buffered += n;
        done += n;
        if (buffered == buffer.length) {
          flush();
        }
      }
    }

    @Override
    public void writeZeros(long count) throws IOException {
      flush();
      position += count;
    }

    private void flush() throws IOException {
      file.seek(position);
      file.write(buffer, 0, buffered);
      position += buffered;
      buffered = 0;
    }
  }

  @Override
  public void close() {
    images.close();
  }
}
