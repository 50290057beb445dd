package thaw.chunks;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a manifest says without any key: what it belongs to, how long the file is, and the names of
 * its chunks. Garbage collection reads no more than this.
 *
 * @param formatVersion of the manifest; in version 1 all chunks are equally long
 * @param binding what it was made for
 * @param fileBytes length of the file; the last chunk may reach beyond it
 * @param runs which chunks are there
 * @param names their names, in the order of the file
 */
@SuppressWarnings("ArrayRecordComponent") // large, compared by nobody
record Outline(int formatVersion, Binding binding, long fileBytes, Runs runs, Hash[] names) {
  /** Most chunks a file has: 64 GiB. */
  static final int MAX_CHUNKS = 128 * 1024;

  static final int FORMAT_VERSION = 2;

  /** The oldest version that is still read. */
  private static final int OLDEST_VERSION = 1;

  private static final byte[] MAGIC = "THAWMANI".getBytes(StandardCharsets.US_ASCII);

  Outline {
    if (fileBytes < 0 || fileBytes > (long) MAX_CHUNKS * ChunkCipher.CHUNK_BYTES) {
      throw new IllegalArgumentException("a file of " + fileBytes + " bytes is too large");
    }
  }

  /** One of this format version. */
  Outline(Binding binding, long fileBytes, Runs runs, Hash[] names) {
    this(FORMAT_VERSION, binding, fileBytes, runs, names);
  }

  /**
   * Length of one of the file's chunks, plain or encrypted: the last is as long as it has to be.
   */
  int chunkBytes(int chunk) {
    return formatVersion == 1
        ? ChunkCipher.CHUNK_BYTES
        : ChunkCipher.chunkBytes(fileBytes - (long) chunk * ChunkCipher.CHUNK_BYTES);
  }

  /** How many chunks long a file is. */
  static int chunks(long fileBytes) {
    return Math.toIntExact(Math.ceilDiv(fileBytes, (long) ChunkCipher.CHUNK_BYTES));
  }

  byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(
            MAGIC.length
                + 4
                + binding.encodedBytes()
                + 8
                + runs.encodedBytes()
                + names.length * Hash.BYTES);
    out.put(MAGIC).putInt(formatVersion);
    binding.write(out);
    out.putLong(fileBytes);
    runs.write(out);
    for (Hash name : names) {
      name.write(out);
    }
    return out.array();
  }

  /**
   * Reads an outline and leaves the buffer behind it.
   *
   * @throws DamagedException if it is no outline of this format version; allocates no more than the
   *     buffer is long
   */
  static Outline read(ByteBuffer in) throws DamagedException {
    try {
      byte[] magic = new byte[MAGIC.length];
      in.get(magic);
      int version = in.getInt();
      if (!Arrays.equals(magic, MAGIC) || version < OLDEST_VERSION || version > FORMAT_VERSION) {
        throw new DamagedException("not a manifest of format version " + FORMAT_VERSION);
      }
      Binding binding = Binding.read(in);
      long fileBytes = in.getLong();
      if (fileBytes < 0 || fileBytes > (long) MAX_CHUNKS * ChunkCipher.CHUNK_BYTES) {
        throw new DamagedException("the manifest is of a file of " + fileBytes + " bytes");
      }
      Runs runs = Runs.read(in, chunks(fileBytes));
      if (runs.count() > in.remaining() / Hash.BYTES) {
        throw new DamagedException("the manifest's names are cut off");
      }
      Hash[] names = new Hash[runs.count()];
      for (int i = 0; i < names.length; i++) {
        names[i] = Hash.read(in);
      }
      return new Outline(version, binding, fileBytes, runs, names);
    } catch (BufferUnderflowException e) {
      throw new DamagedException("the manifest is cut off", e);
    }
  }
}
