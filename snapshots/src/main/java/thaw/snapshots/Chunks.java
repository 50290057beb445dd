package thaw.snapshots;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import thaw.sparsefs.PageSource;

/**
 * The chunks of a layer, read when a page of them is first wanted: verified by the hash of their
 * ciphertext, decrypted (AES-256-CTR; the key is used for this one chunk, so the counter starts at
 * zero), and kept in native memory from then on.
 */
final class Chunks {
  static final int CHUNK_BYTES = 512 * 1024;
  static final int PAGES_PER_CHUNK = CHUNK_BYTES / PageSource.PAGE_BYTES;

  private final FileChannel file;
  private final byte[][] keys;
  private final byte[][] hashes;
  private final Arena arena;
  private final AtomicReferenceArray<MemorySegment> plain;
  private final Object[] locks;

  Chunks(FileChannel file, byte[][] keys, byte[][] hashes, Arena arena) {
    this.file = file;
    this.keys = keys;
    this.hashes = hashes;
    this.arena = arena;
    plain = new AtomicReferenceArray<>(keys.length);
    locks = new Object[keys.length];
    Arrays.setAll(locks, index -> new Object());
  }

  /** The page in a slot. */
  MemorySegment page(int slot) throws IOException {
    int chunk = slot / PAGES_PER_CHUNK;
    long offset = (long) (slot % PAGES_PER_CHUNK) * PageSource.PAGE_BYTES;
    return chunk(chunk).asSlice(offset, PageSource.PAGE_BYTES);
  }

  /** How many bytes of plaintext are in memory. */
  long residentBytes() {
    long chunks = 0;
    for (int index = 0; index < plain.length(); index++) {
      chunks += plain.get(index) == null ? 0 : 1;
    }
    return chunks * CHUNK_BYTES;
  }

  private MemorySegment chunk(int index) throws IOException {
    MemorySegment loaded = plain.get(index);
    if (loaded != null) {
      return loaded;
    }
    synchronized (locks[index]) {
      loaded = plain.get(index);
      if (loaded == null) {
        loaded = load(index);
        plain.set(index, loaded);
      }
      return loaded;
    }
  }

  private MemorySegment load(int index) throws IOException {
    byte[] encrypted = new byte[CHUNK_BYTES];
    ByteBuffer into = ByteBuffer.wrap(encrypted);
    while (into.hasRemaining()) {
      if (file.read(into, (long) index * CHUNK_BYTES + into.position()) < 0) {
        throw new DamagedSnapshotException("chunk " + index + " is cut off", new EOFException());
      }
    }
    if (!MessageDigest.isEqual(Digests.sha256().digest(encrypted), hashes[index])) {
      throw new DamagedSnapshotException("chunk " + index + " does not have its hash");
    }
    try {
      byte[] decrypted = crypt(keys[index], encrypted);
      MemorySegment segment = arena.allocate(CHUNK_BYTES, PageSource.PAGE_BYTES);
      segment.copyFrom(MemorySegment.ofArray(decrypted));
      return segment.asReadOnly();
    } catch (GeneralSecurityException e) {
      throw new DamagedSnapshotException("chunk " + index + " cannot be decrypted", e);
    }
  }

  /**
   * Encrypts or decrypts: in counter mode they are the same. The JDK's cipher is given a page at a
   * time: with a whole chunk it is thirty times slower, and takes ten times as long until it is
   * compiled.
   */
  static byte[] crypt(byte[] key, byte[] chunk) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
    byte[] out = new byte[chunk.length];
    for (int at = 0; at < chunk.length; at += PageSource.PAGE_BYTES) {
      cipher.update(chunk, at, PageSource.PAGE_BYTES, out, at);
    }
    return out;
  }
}
