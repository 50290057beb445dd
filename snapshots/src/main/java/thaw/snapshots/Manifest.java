package thaw.snapshots;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import thaw.sparsefs.PageSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A layer's manifest: what it is, where its pages are packed, and the sealed keys of its chunks.
 * The format is specified in docs/snapshot-format.md; the seal authenticates all of it.
 *
 * @param memory table of the VM's memory
 * @param disk table of the /tmp disk
 * @param stateSlot slot at which the device state starts
 * @param stateBytes length of the device state
 * @param hashes SHA-256 of each chunk's ciphertext
 * @param keys each chunk's key
 */
@SuppressWarnings("ArrayRecordComponent") // binary, compared by nobody
record Manifest(
    SnapshotHeader header,
    PageTable memory,
    PageTable disk,
    int stateSlot,
    int stateBytes,
    byte[][] hashes,
    byte[][] keys) {
  static final int FORMAT_VERSION = 1;
  static final long MAX_BYTES = 64L << 20;

  private static final int MAX_HEADER_BYTES = 64 << 10;

  private static final byte[] MAGIC = "THAWSNAP".getBytes(StandardCharsets.US_ASCII);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  byte[] encode(SnapshotKey key) {
    byte[] json = JSON.writeValueAsBytes(header);
    int bytes =
        MAGIC.length
            + 8
            + json.length
            + memory.encodedBytes()
            + disk.encodedBytes()
            + 12
            + hashes.length * Digests.SHA256_BYTES;
    ByteBuffer clear = ByteBuffer.allocate(bytes);
    clear.put(MAGIC).putInt(FORMAT_VERSION).putInt(json.length).put(json);
    memory.writeTo(clear);
    disk.writeTo(clear);
    clear.putInt(stateSlot).putInt(stateBytes).putInt(hashes.length);
    for (byte[] hash : hashes) {
      clear.put(hash);
    }
    ByteBuffer table = ByteBuffer.allocate(keys.length * SnapshotKey.KEY_BYTES);
    for (byte[] each : keys) {
      table.put(each);
    }
    byte[] sealed = key.seal(table.array(), Digests.sha256().digest(clear.array()));
    return ByteBuffer.allocate(bytes + sealed.length).put(clear.array()).put(sealed).array();
  }

  /**
   * Reads and authenticates a manifest.
   *
   * @throws DamagedSnapshotException if it is of another format version, was changed in any bit, or
   *     was sealed by another key
   */
  static Manifest decode(byte[] bytes, SnapshotKey key) throws DamagedSnapshotException {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      byte[] magic = new byte[MAGIC.length];
      in.get(magic);
      requireReadable(magic, in.getInt());
      return decodeBody(in, bytes, key);
    } catch (BufferUnderflowException | JacksonException | IllegalArgumentException e) {
      throw new DamagedSnapshotException("the manifest is cut off or garbled", e);
    }
  }

  /** Reads the header alone, which nothing vouches for. */
  static SnapshotHeader readHeader(InputStream in) throws IOException {
    ByteBuffer head = ByteBuffer.wrap(in.readNBytes(MAGIC.length + 2 * Integer.BYTES));
    byte[] magic = new byte[MAGIC.length];
    try {
      head.get(magic);
      requireReadable(magic, head.getInt());
      byte[] json = in.readNBytes(bounded(head.getInt(), MAX_HEADER_BYTES, "header"));
      return JSON.readValue(json, SnapshotHeader.class);
    } catch (BufferUnderflowException | JacksonException | IllegalArgumentException e) {
      throw new DamagedSnapshotException("the manifest is cut off or garbled", e);
    }
  }

  private static void requireReadable(byte[] magic, int version) throws DamagedSnapshotException {
    if (!Arrays.equals(magic, MAGIC)) {
      throw new DamagedSnapshotException("not a snapshot");
    }
    if (version != FORMAT_VERSION) {
      throw new DamagedSnapshotException(
          "a snapshot of format version " + version + "; this Thaw reads " + FORMAT_VERSION);
    }
  }

  private static Manifest decodeBody(ByteBuffer in, byte[] bytes, SnapshotKey key)
      throws DamagedSnapshotException {
    byte[] json = new byte[bounded(in.getInt(), in.remaining(), "header")];
    in.get(json);
    SnapshotHeader header = JSON.readValue(json, SnapshotHeader.class);
    PageTable memory = PageTable.readFrom(in, header.memoryBytes() / PageSource.PAGE_BYTES);
    PageTable disk = PageTable.readFrom(in, header.diskBytes() / PageSource.PAGE_BYTES);
    int stateSlot = in.getInt();
    int stateBytes = in.getInt();
    int chunks = bounded(in.getInt(), in.remaining() / Digests.SHA256_BYTES, "chunk count");
    byte[][] hashes = new byte[chunks][Digests.SHA256_BYTES];
    for (byte[] hash : hashes) {
      in.get(hash);
    }
    memory.requireSlotsBelow(chunks * Chunks.PAGES_PER_CHUNK);
    disk.requireSlotsBelow(chunks * Chunks.PAGES_PER_CHUNK);
    int clearBytes = in.position();
    byte[] sealed = Arrays.copyOfRange(bytes, clearBytes, bytes.length);
    if (sealed.length != SnapshotKey.sealedBytes(chunks * SnapshotKey.KEY_BYTES)) {
      throw new DamagedSnapshotException("the key table has " + sealed.length + " bytes");
    }
    byte[][] keys = openKeys(Arrays.copyOf(bytes, clearBytes), sealed, chunks, key);
    return new Manifest(header, memory, disk, stateSlot, stateBytes, hashes, keys);
  }

  private static byte[][] openKeys(byte[] clear, byte[] sealed, int chunks, SnapshotKey key)
      throws DamagedSnapshotException {
    try {
      byte[] table = key.open(sealed, Digests.sha256().digest(clear));
      byte[][] keys = new byte[chunks][];
      for (int chunk = 0; chunk < chunks; chunk++) {
        int start = chunk * SnapshotKey.KEY_BYTES;
        keys[chunk] = Arrays.copyOfRange(table, start, start + SnapshotKey.KEY_BYTES);
      }
      return keys;
    } catch (GeneralSecurityException e) {
      throw new DamagedSnapshotException("the manifest was changed, or sealed by another key", e);
    }
  }

  private static int bounded(int value, int most, String what) throws DamagedSnapshotException {
    if (value < 0 || value > most) {
      throw new DamagedSnapshotException("the manifest's " + what + " is " + value);
    }
    return value;
  }
}
