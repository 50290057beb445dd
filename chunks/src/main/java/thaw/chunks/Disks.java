package thaw.chunks;

import java.io.IOException;
import java.util.Optional;
import thaw.chunks.ChunkStore.Encryption;

/**
 * Read-only disks in the chunk store: file systems of code, Lambda layers and container images.
 * Equal chunks of an account's disks are stored once. Each disk is named by the id of its manifest.
 */
public final class Disks {
  private final ChunkStore store;

  public Disks(ChunkStore store) {
    this.store = store;
  }

  /** Writes a disk from its first byte to its last, without holding it. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes it.
     *
     * @param disk {@link Upload#writeZeros} costs nothing for whole chunks; what follows the last
     *     byte is zero when it is read
     */
    void writeTo(Upload disk) throws IOException;
  }

  /**
   * A disk that was stored and is not referred to yet. To be closed when its id stands in the
   * database, or will not: until then garbage collection leaves its root alone.
   *
   * @param id its manifest's, for the database
   */
  public record Stored(Hash id, Creation creation) implements AutoCloseable {
    @Override
    public void close() {
      creation.close();
    }
  }

  /**
   * Stores a disk. Nothing is left behind that anybody would see if it fails or the process dies.
   *
   * @param account whose it is: the domain in which chunks are shared, and whose key seals it
   * @param what says whose code it is, for example its hash: functions of equal text use the same
   *     copy of what is popular
   */
  public Stored store(String account, String what, Content content) throws IOException {
    return store(account, what, Encryption.CONVERGENT, content);
  }

  /**
   * The same without sharing a chunk with anything: a chunk of which the origin has a damaged copy
   * would be shared in vain.
   */
  public Stored storeAnew(String account, String what, Content content) throws IOException {
    return store(account, what, Encryption.RANDOM, content);
  }

  private Stored store(String account, String what, Encryption encryption, Content content)
      throws IOException {
    Creation creation = store.create(account + "/" + what);
    try {
      Binding binding = new Binding(account, "", "", creation.root(), Optional.empty());
      try (Upload upload = store.upload(creation, binding, account, encryption)) {
        content.writeTo(upload);
        return new Stored(upload.finish(), creation);
      }
    } catch (IOException | RuntimeException | Error e) {
      creation.close();
      throw e;
    }
  }

  /**
   * Opens a disk; {@link ChunkedFile#page} is its content by pages, for the sparse file system.
   *
   * @param id from the database
   * @return empty if it is in no root
   * @throws DamagedException if it is not what was stored
   */
  public Optional<ChunkedFile> open(String account, Hash id) throws IOException {
    return store.open(id, account);
  }
}
