package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import thaw.sparsefs.PageSource;

/** Packs pages into chunks, each encrypted under a random key of its own, one after the other. */
final class ChunkWriter {
  private final FileChannel file;
  private final byte[] chunk = new byte[Chunks.CHUNK_BYTES];
  private final List<byte[]> keys = new ArrayList<>();
  private final List<byte[]> hashes = new ArrayList<>();
  private int filled;
  private int slots;

  ChunkWriter(FileChannel file) {
    this.file = file;
  }

  /** Adds a page and returns its slot. */
  int add(MemorySegment page) throws IOException {
    MemorySegment.copy(page, 0, MemorySegment.ofArray(chunk), filled, PageSource.PAGE_BYTES);
    filled += PageSource.PAGE_BYTES;
    if (filled == chunk.length) {
      flush();
    }
    return slots++;
  }

  /** Writes what is left of the last chunk, filled up with zeros. */
  void finish() throws IOException {
    if (filled > 0) {
      Arrays.fill(chunk, filled, chunk.length, (byte) 0);
      flush();
    }
  }

  int slots() {
    return slots;
  }

  List<byte[]> keys() {
    return keys;
  }

  /** SHA-256 of each chunk's ciphertext. */
  List<byte[]> hashes() {
    return hashes;
  }

  private void flush() throws IOException {
    byte[] key = SnapshotKey.random(SnapshotKey.KEY_BYTES);
    byte[] encrypted;
    try {
      encrypted = Chunks.crypt(key, chunk);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-CTR always encrypts", e);
    }
    keys.add(key);
    hashes.add(Digests.sha256().digest(encrypted));
    ByteBuffer bytes = ByteBuffer.wrap(encrypted);
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    filled = 0;
  }
}
