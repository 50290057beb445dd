package thaw.code;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.Limits;

/**
 * Deployment packages by their hash, and the read-only disk images made of them. A package is on
 * disk whole or not at all, whatever instant the process dies at. Safe for use by many threads.
 */
public final class CodeStore {
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
  private static final String ZIP = ".zip";
  private static final String MERGED = "merged-";
  private static final int LOCKS = 64;
  private static final long WAIT_SECONDS = 60;

  private final Path zips;
  private final Path temporary;
  private final ImageShelf images;
  private final Optional<ChunkedImages> chunked;
  private final CodeSettings settings;
  private final Semaphore atOnce;
  private final ReentrantLock[] locks =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(ReentrantLock[]::new);
  private final Map<String, Long> usedNanos = new ConcurrentHashMap<>();

  /** A stored package. */
  public record StoredCode(
      String sha256Hex, String sha256Base64, long zipBytes, long unzippedBytes) {}

  @FunctionalInterface
  private interface Opening {
    Archive open(byte[] zip) throws IOException;
  }

  /** One whose images are files. */
  public CodeStore(Path directory, CodeSettings settings) throws IOException {
    this(directory, settings, Optional.empty());
  }

  /**
   * Opens the store in a directory, which is made if it is missing and belongs to it alone.
   *
   * @param chunked where images are that are not to be files; without it there is no {@link #disk}
   */
  public CodeStore(Path directory, CodeSettings settings, Optional<ChunkedImages> chunked)
      throws IOException {
    this.settings = settings;
    this.chunked = chunked;
    Files.createDirectories(directory);
    this.zips = own(directory.resolve("zip"), "rwx------");
    this.temporary = own(directory.resolve("tmp"), "rwx------");
    // Sandboxes run under other users, and open an image whose name they were given.
    this.images = new ImageShelf(own(directory.resolve("image"), "rwx--x--x"), temporary);
    this.atOnce = new Semaphore(settings.packagesAtOnce(), true);
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(temporary)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
    DurableFile.syncDirectory(directory);
    if (chunked.isPresent()) {
      for (String name : images.names()) {
        images.remove(name); // of a Thaw that had no chunk store
      }
    }
  }

  /**
   * Checks an archive down to its last byte and stores it durably; storing one that is there
   * changes nothing. Its disk image is made when {@link #image} first asks for it.
   *
   * @throws LambdaException INVALID_PARAMETER_VALUE with AWS's text for a bad archive,
   *     TOO_MANY_REQUESTS if too many are being checked already
   */
  public StoredCode put(byte[] zip) throws IOException {
    return put(zip, Archive::open);
  }

  /** The same for one that did not come in a request: only what it unpacks to bounds its size. */
  public StoredCode putFetched(byte[] zip) throws IOException {
    return put(zip, Archive::openStored);
  }

  private StoredCode put(byte[] zip, Opening opening) throws IOException {
    long unzippedBytes = checked(zip, opening);
    byte[] hash = Sha256.digest().digest(zip);
    String name = Sha256.hex(hash);
    ReentrantLock lock = lock(name);
    lock.lock();
    try {
      if (!isWhole(name)) {
        DurableFile.write(file(name), temporary, 0, out -> out.write(zip));
      }
      touch(name);
    } finally {
      lock.unlock();
    }
    return new StoredCode(
        name, Base64.getEncoder().encodeToString(hash), zip.length, unzippedBytes);
  }

  /**
   * The hash {@link #put} would store an archive under, after the same checks, storing nothing.
   *
   * @throws LambdaException as {@link #put}
   */
  public StoredCode check(byte[] zip) throws IOException {
    return check(zip, Archive::open);
  }

  /** As {@link #check}, with the bounds of {@link #putFetched}. */
  public StoredCode checkFetched(byte[] zip) throws IOException {
    return check(zip, Archive::openStored);
  }

  private StoredCode check(byte[] zip, Opening opening) throws IOException {
    long unzippedBytes = checked(zip, opening);
    byte[] hash = Sha256.digest().digest(zip);
    return new StoredCode(
        Sha256.hex(hash), Base64.getEncoder().encodeToString(hash), zip.length, unzippedBytes);
  }

  /** The stored zip, as uploaded. It may be missing if nothing refers to this hash. */
  public Path zip(String sha256Hex) {
    touch(sha256Hex);
    return file(sha256Hex);
  }

  /**
   * The read-only disk image of the code: an erofs file system in a sparse file of 16 GiB. It is
   * rebuilt from the zip if it is missing or damaged.
   *
   * @throws java.nio.file.NoSuchFileException if no such code is stored
   * @throws IOException if the disk fails, or the stored zip is damaged
   */
  public Path image(String sha256Hex) throws IOException {
    return image(List.of(sha256Hex));
  }

  /**
   * The same of several packages laid over each other, the first at the bottom: a function's
   * layers.
   *
   * @param sha256Hex at least one
   */
  public Path image(List<String> sha256Hex) throws IOException {
    sha256Hex.forEach(this::touch);
    String name = imageName(sha256Hex);
    usedNanos.replace(name, System.nanoTime());
    Optional<Path> ready = images.ready(name);
    return ready.isPresent()
        ? ready.get()
        : make(name, () -> images.get(name, () -> Archives.open(readAll(sha256Hex))));
  }

  /**
   * The same in the chunk store: nothing but what is touched is ever copied to this host.
   *
   * @param sha256Hex at least one
   * @throws java.nio.file.NoSuchFileException if it is to be made and no such code is stored
   * @throws IOException if the origin of the chunk store fails
   */
  public ChunkedImage disk(List<String> sha256Hex) throws IOException {
    sha256Hex.forEach(this::touch);
    String name = imageName(sha256Hex);
    usedNanos.replace(name, System.nanoTime());
    ChunkedImages all = chunked.orElseThrow();
    Optional<ChunkedImage> ready = all.ready(name);
    return ready.isPresent()
        ? ready.get()
        : make(name, () -> all.get(name, () -> Archives.open(readAll(sha256Hex))));
  }

  @FunctionalInterface
  private interface Making<T> {
    T make() throws IOException;
  }

  /** Makes an image, once at a time, and no more at once than is allowed. */
  private <T> T make(String name, Making<T> making) throws IOException {
    ReentrantLock lock = lock(name);
    lock.lock();
    try {
      acquire();
      try {
        T image = making.make();
        usedNanos.put(name, System.nanoTime());
        return image;
      } finally {
        atOnce.release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** That of the package if there is one, else a hash over all of their names. */
  private static String imageName(List<String> sha256Hex) {
    sha256Hex.forEach(CodeStore::requireName);
    return sha256Hex.size() == 1
        ? sha256Hex.getFirst()
        : MERGED
            + Sha256.hex(
                Sha256.digest()
                    .digest(String.join("\n", sha256Hex).getBytes(StandardCharsets.US_ASCII)));
  }

  /**
   * How many bytes a stored package unpacks to.
   *
   * @throws java.nio.file.NoSuchFileException if no such code is stored
   */
  public long unzippedBytes(String sha256Hex) throws IOException {
    touch(sha256Hex);
    acquire();
    try (Archive archive = Archive.openStored(read(sha256Hex))) {
      return archive.listedBytes();
    } finally {
      atOnce.release();
    }
  }

  /** Most that all packages in use may take together, bytes. */
  public long totalBytes() {
    return settings.totalSize().bytes();
  }

  /** How much some packages take as they were uploaded, bytes; those that are missing, nothing. */
  public long zippedBytes(Set<String> sha256Hex) throws IOException {
    long bytes = 0;
    for (String name : sha256Hex) {
      Path file = file(name);
      bytes += Files.exists(file) ? Files.size(file) : 0;
    }
    return bytes;
  }

  /**
   * Removes code that nothing refers to and nobody has asked for lately.
   *
   * @param inUse hashes that functions and layers refer to, lower-case hex
   * @param together packages whose common image is in use; other common images are removed, and
   *     made anew if they are asked for
   * @return how many packages were removed
   */
  public int retain(Set<String> inUse, Set<List<String>> together) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> stored = Files.newDirectoryStream(zips, "*" + ZIP)) {
      for (Path file : stored) {
        String fileName = String.valueOf(file.getFileName());
        String name = fileName.substring(0, fileName.length() - ZIP.length());
        if (!inUse.contains(name) && removeUnused(name)) {
          removed++;
        }
      }
    }
    if (removed > 0) {
      DurableFile.syncDirectory(zips);
    }
    Set<String> merged = together.stream().map(CodeStore::imageName).collect(Collectors.toSet());
    for (String name : imageNames()) {
      if (name.startsWith(MERGED) && !merged.contains(name)) {
        removeUnusedImage(name);
      }
    }
    return removed;
  }

  private Set<String> imageNames() throws IOException {
    Set<String> names = new HashSet<>(images.names());
    if (chunked.isPresent()) {
      names.addAll(chunked.get().names());
    }
    return names;
  }

  private void removeImage(String name) throws IOException {
    usedNanos.remove(name);
    images.remove(name);
    if (chunked.isPresent()) {
      chunked.get().remove(name);
    }
  }

  private void removeUnusedImage(String name) throws IOException {
    ReentrantLock lock = lock(name);
    lock.lock();
    try {
      if (!usedLately(name)) {
        removeImage(name);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean usedLately(String name) {
    Long used = usedNanos.get(name);
    return used != null && System.nanoTime() - used < settings.keepUnused().toNanos();
  }

  private static Path own(Path directory, String permissions) throws IOException {
    Files.createDirectories(directory);
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
  }

  private boolean removeUnused(String name) throws IOException {
    ReentrantLock lock = lock(name);
    lock.lock();
    try {
      if (usedLately(name)) {
        return false;
      }
      removeImage(name);
      return Files.deleteIfExists(file(name));
    } finally {
      lock.unlock();
    }
  }

  private long checked(byte[] zip, Opening opening) throws IOException {
    acquire();
    try (Archive archive = opening.open(zip)) {
      return archive.inflateAll();
    } finally {
      atOnce.release();
    }
  }

  private void acquire() throws IOException {
    try {
      if (!atOnce.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new LambdaException(
            ErrorCode.TOO_MANY_REQUESTS,
            "Rate exceeded: " + settings.packagesAtOnce() + " packages are being read already");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting to check a package", e);
    }
  }

  private List<byte[]> readAll(List<String> names) throws IOException {
    List<byte[]> zips = new ArrayList<>();
    for (String name : names) {
      zips.add(read(name));
    }
    return zips;
  }

  private byte[] read(String name) throws IOException {
    byte[] zip = Files.readAllBytes(file(name));
    if (!MessageDigest.isEqual(Sha256.digest().digest(zip), HexFormat.of().parseHex(name))) {
      throw new IOException("the stored code " + file(name) + " is damaged: deploy it again");
    }
    return zip;
  }

  private boolean isWhole(String name) throws IOException {
    Path file = file(name);
    return Files.exists(file)
        && Files.size(file) <= Limits.UNZIPPED_CODE_BYTES
        && Sha256.ofFile(file, Limits.UNZIPPED_CODE_BYTES).equals(name);
  }

  /** Notes the use of code that is there; names that others make up are not remembered. */
  private void touch(String name) {
    long now = System.nanoTime();
    if (usedNanos.replace(name, now) == null && Files.exists(file(name))) {
      usedNanos.put(name, now);
    }
  }

  private Path file(String name) {
    requireName(name);
    return zips.resolve(name + ZIP);
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + name);
    }
  }

  private ReentrantLock lock(String name) {
    return locks[Math.floorMod(name.hashCode(), LOCKS)];
  }
}
