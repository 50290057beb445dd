package thaw.chunks;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The keys that seal manifests, in a file of mode 0600 per owner. An owner is an account, a
 * function of one ({@code ACCOUNT/NAME}), or a name of Thaw's own such as {@code service}.
 * Destroying an owner's key makes every copy of what it sealed unreadable.
 */
public final class KeyStore {
  /** Owner of the key whose domain all accounts share, for chunks of public bases. */
  static final String PUBLIC_OWNER = "public";

  /** Most generations a file holds. */
  static final int MAX_GENERATIONS = 1_000;

  private static final Pattern OWNER =
      Pattern.compile("[A-Za-z0-9_-]{1,140}(/[A-Za-z0-9_-]{1,140})?");
  private static final byte[] MAGIC = "THAWKEYS".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT_VERSION = 1;
  private static final int ENTRY_BYTES = 4 + ChunkCipher.KEY_BYTES;

  private final Path directory;

  /**
   * Opens a key store.
   *
   * @param directory made with mode 0700 if it is missing
   */
  public KeyStore(Path directory) throws IOException {
    this.directory = makeDirectory(directory);
  }

  /** An owner's keys; the first is made when first asked for. */
  public synchronized KeyChain of(String owner) throws IOException {
    Optional<KeyChain> existing = existing(owner);
    if (existing.isPresent()) {
      return existing.get();
    }
    KeyChain made = new KeyChain(List.of(newKey(1)));
    write(owner, made);
    return made;
  }

  /**
   * An owner's keys if it has any: what is to be opened was sealed before.
   *
   * @throws DamagedException if the file is not what was written
   */
  public synchronized Optional<KeyChain> existing(String owner) throws IOException {
    Path file = file(owner);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(decode(Files.readAllBytes(file)));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new DamagedException(
          "the key file " + file + " is damaged; restore it from a backup", e);
    }
  }

  /** Makes a new generation, which seals from now on; what older ones sealed stays readable. */
  public synchronized KeyChain rotate(String owner) throws IOException {
    List<SealingKey> keys = new ArrayList<>(of(owner).keys());
    if (keys.size() == MAX_GENERATIONS) {
      throw new IOException("the key of " + owner + " was rotated " + keys.size() + " times");
    }
    keys.add(newKey(keys.getLast().generation() + 1));
    KeyChain chain = new KeyChain(keys);
    write(owner, chain);
    return chain;
  }

  /** Destroys all of an owner's keys, durably. No effect if it has none. */
  public synchronized void destroy(String owner) throws IOException {
    Path file = file(owner);
    if (Files.deleteIfExists(file)) {
      DurableFiles.syncDirectory(DurableFiles.parent(file));
    }
  }

  private void write(String owner, KeyChain chain) throws IOException {
    Path file = file(owner);
    makeDirectory(DurableFiles.parent(file));
    DurableFiles.write(file, encode(chain));
  }

  static byte[] encode(KeyChain chain) {
    ByteBuffer out =
        ByteBuffer.allocate(MAGIC.length + 8 + chain.keys().size() * ENTRY_BYTES + Hash.BYTES);
    out.put(MAGIC).putInt(FORMAT_VERSION).putInt(chain.keys().size());
    chain.keys().forEach(key -> out.putInt(key.generation()).put(key.key()));
    Hash.of(Arrays.copyOf(out.array(), out.position())).write(out);
    return out.array();
  }

  private static KeyChain decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    int version = in.getInt();
    int count = in.getInt();
    if (!Arrays.equals(magic, MAGIC)
        || version != FORMAT_VERSION
        || count < 1
        || count > MAX_GENERATIONS
        || in.remaining() != count * ENTRY_BYTES + Hash.BYTES) {
      throw new IllegalArgumentException("not a key file of format version " + FORMAT_VERSION);
    }
    List<SealingKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int generation = in.getInt();
      byte[] key = new byte[ChunkCipher.KEY_BYTES];
      in.get(key);
      keys.add(new SealingKey(generation, key));
    }
    if (!Hash.of(Arrays.copyOf(bytes, in.position())).equals(Hash.read(in))) {
      throw new IllegalArgumentException("the checksum is wrong");
    }
    return new KeyChain(keys);
  }

  private static SealingKey newKey(int generation) {
    return new SealingKey(generation, ChunkCipher.random(ChunkCipher.KEY_BYTES));
  }

  private Path file(String owner) {
    if (!OWNER.matcher(owner).matches()) {
      throw new IllegalArgumentException("cannot own keys: " + owner);
    }
    return directory.resolve(owner + ".keys");
  }

  private static Path makeDirectory(Path directory) throws IOException {
    return Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
