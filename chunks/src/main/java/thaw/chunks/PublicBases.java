package thaw.chunks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The bases that the operator lists as public, by the hashes of their chunks' plaintext. A chunk
 * equal to one of these lies wholly in a public base, and is shared across accounts; that it is
 * there says nothing about anybody. No other chunk is shared: else an account could find out what
 * others store by storing it too.
 */
public final class PublicBases {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final String SUFFIX = ".base";

  private final Path directory;
  private volatile Set<Hash> chunks;

  /**
   * Opens the list.
   *
   * @param directory a file per base; made if it is missing
   */
  public PublicBases(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    chunks = readAll();
  }

  /** Whether a public base holds a chunk with this hash of its plaintext. */
  boolean contains(Hash plain) {
    return chunks.contains(plain);
  }

  /** Names of the bases. */
  public List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  /**
   * Lists a base; one of the same name is replaced. Chunks made from now on are affected, none that
   * exists is.
   *
   * @param content the base as it lies in images: from a chunk's boundary on. What is left of it
   *     after its last whole chunk is not shared, since what follows it in an image is not public
   */
  public synchronized void add(String name, InputStream content) throws IOException {
    Set<Hash> hashes = new HashSet<>();
    for (byte[] chunk = content.readNBytes(ChunkCipher.CHUNK_BYTES);
        chunk.length == ChunkCipher.CHUNK_BYTES;
        chunk = content.readNBytes(ChunkCipher.CHUNK_BYTES)) {
      hashes.add(Hash.of(chunk));
    }
    ByteBuffer bytes = ByteBuffer.allocate((hashes.size() + 1) * Hash.BYTES);
    hashes.stream().sorted().forEach(hash -> hash.write(bytes));
    Hash.of(Arrays.copyOf(bytes.array(), bytes.position())).write(bytes);
    DurableFiles.write(file(name), bytes.array());
    chunks = readAll();
  }

  /** Takes a base off the list; no effect if it is not on it. */
  public synchronized void remove(String name) throws IOException {
    Files.deleteIfExists(file(name));
    DurableFiles.syncDirectory(directory);
    chunks = readAll();
  }

  private Set<Hash> readAll() throws IOException {
    Set<Hash> all = new HashSet<>();
    for (String name : names()) {
      read(file(name), all);
    }
    return all;
  }

  private static void read(Path file, Set<Hash> all) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
    int hashes = in.remaining() / Hash.BYTES - 1;
    Set<Hash> found = new HashSet<>();
    for (int i = 0; i < hashes; i++) {
      found.add(Hash.read(in));
    }
    boolean whole = in.remaining() == Hash.BYTES;
    if (!whole || !Hash.of(Arrays.copyOf(in.array(), in.position())).equals(Hash.read(in))) {
      throw new DamagedException("the list " + file + " is damaged; list the base again");
    }
    all.addAll(found);
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("cannot name a base: " + name);
    }
    return directory.resolve(name + SUFFIX);
  }
}
