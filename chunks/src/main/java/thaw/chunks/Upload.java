package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being stored: cut, encrypted and sent chunk by chunk while it is written, from one
 * thread. Memory is bounded by the number of chunks under way, whatever the file's length.
 *
 * <p>It answers alike whether a chunk was there before or not.
 */
public final class Upload extends OutputStream {
  private static final byte[] ZEROS = new byte[ChunkCipher.CHUNK_BYTES];

  private final Origin origin;
  private final Creation creation;
  private final Binding binding;
  private final ChunkKeys keys;
  private final KeyChain sealing;
  private final Executor executor;
  private final Semaphore cores;
  private final int atOnce;
  private final BlockingQueue<byte[]> buffers;
  private final BitSet present = new BitSet();
  private final ConcurrentHashMap<Integer, Stored> stored = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private byte[] current;
  private int filled;
  private long written;
  private boolean ended;
  private byte[] sealed = new byte[0];

  /** What became of a chunk. */
  @SuppressWarnings("ArrayRecordComponent") // a secret, compared by nobody
  private record Stored(Hash name, byte[] key) {}

  /**
   * An upload.
   *
   * @param executor runs the chunks' encryption and sending
   * @param cores bounds how many are encrypted at once, by all uploads together
   * @param atOnce bounds how many of this upload are in memory
   */
  Upload(
      Origin origin,
      Creation creation,
      Binding binding,
      ChunkKeys keys,
      KeyChain sealing,
      Executor executor,
      Semaphore cores,
      int atOnce) {
    this.origin = origin;
    this.creation = creation;
    this.binding = binding;
    this.keys = keys;
    this.sealing = sealing;
    this.executor = executor;
    this.cores = cores;
    this.atOnce = atOnce;
    buffers = new ArrayBlockingQueue<>(atOnce);
    for (int i = 1; i < atOnce; i++) {
      buffers.add(new byte[ChunkCipher.CHUNK_BYTES]);
    }
    current = new byte[ChunkCipher.CHUNK_BYTES];
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, bytes.length);
    requireRoom(count);
    for (int done = 0; done < count; ) {
      int part = Math.min(count - done, current.length - filled);
      System.arraycopy(bytes, offset + done, current, filled, part);
      done += part;
      advance(part);
    }
  }

  /** Writes zeros; whole chunks of them cost nothing. */
  public void writeZeros(long count) throws IOException {
    requireRoom(count);
    long left = count;
    while (left > 0) {
      if (filled == 0 && left >= current.length) {
        long whole = left / current.length * current.length;
        written += whole;
        left -= whole;
      } else {
        int part = (int) Math.min(left, current.length - filled);
        Arrays.fill(current, filled, filled + part, (byte) 0);
        left -= part;
        advance(part);
      }
    }
  }

  /** Bytes written so far. */
  public long writtenBytes() {
    return written;
  }

  private void requireRoom(long count) throws IOException {
    if (ended) {
      throw new IOException("the upload has ended");
    }
    creation.requireOpen();
    long most = (long) Outline.MAX_CHUNKS * ChunkCipher.CHUNK_BYTES;
    if (count < 0 || count > most - written) {
      throw new IOException("a file has at most " + most + " bytes");
    }
    rethrowFailure();
  }

  private void advance(int count) throws IOException {
    filled += count;
    written += count;
    if (filled == current.length) {
      send();
    }
  }

  private void send() throws IOException {
    int length = ChunkCipher.chunkBytes(filled); // shorter only at the file's end
    Arrays.fill(current, filled, length, (byte) 0);
    filled = 0;
    if (Arrays.equals(current, 0, length, ZEROS, 0, length)) {
      return;
    }
    int index = Outline.chunks(written) - 1;
    present.set(index);
    byte[] buffer = current;
    byte[] chunk = length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
    current = ZEROS; // replaced below, or the upload has failed
    executor.execute(() -> store(index, chunk, buffer));
    current = take();
    rethrowFailure();
  }

  private void store(int index, byte[] chunk, byte[] buffer) {
    try {
      if (failure.get() == null) {
        Stored made = encrypt(chunk);
        origin.put(ObjectName.chunk(creation.root(), made.name()), chunk);
        stored.put(index, made);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      buffers.add(buffer);
    }
  }

  private Stored encrypt(byte[] chunk) {
    cores.acquireUninterruptibly();
    try {
      byte[] key = keys.keyFor(chunk);
      ChunkCipher.crypt(key, chunk);
      return new Stored(Hash.of(chunk), key);
    } finally {
      cores.release();
    }
  }

  /**
   * Stores what is left, waits for all chunks, and then stores the manifest.
   *
   * @return the manifest's id, for the database
   */
  public Hash finish() throws IOException {
    requireRoom(0);
    if (filled > 0) {
      send();
    }
    end();
    rethrowFailure();
    sealed = manifest().seal(sealing);
    Hash id = Hash.of(sealed);
    origin.put(ObjectName.manifest(creation.root(), id), sealed);
    return id;
  }

  /** The manifest as it is stored, once the upload is finished: sealed, so anybody may have it. */
  public byte[] sealedManifest() {
    return sealed.clone();
  }

  private Manifest manifest() {
    Hash[] names = new Hash[present.cardinality()];
    byte[] table = new byte[names.length * ChunkCipher.KEY_BYTES];
    int place = 0;
    for (int index = present.nextSetBit(0); index >= 0; index = present.nextSetBit(index + 1)) {
      Stored chunk = Objects.requireNonNull(stored.get(index));
      names[place] = chunk.name();
      System.arraycopy(chunk.key(), 0, table, place * ChunkCipher.KEY_BYTES, ChunkCipher.KEY_BYTES);
      place++;
    }
    return new Manifest(new Outline(binding, written, Runs.of(present), names), table);
  }

  /** Waits until nothing is under way: then all buffers but the current one are back. */
  private void end() throws IOException {
    if (!ended) {
      ended = true;
      for (int i = 1; i < atOnce; i++) {
        take();
      }
    }
  }

  private byte[] take() throws IOException {
    try {
      return buffers.take(); // each comes back when its request ends, which has a time-out
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.compareAndSet(null, e);
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private void rethrowFailure() throws IOException {
    Throwable cause = failure.get();
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause != null) {
      throw new IOException("a chunk could not be stored: " + cause.getMessage(), cause);
    }
  }

  /** Gives up if it was not finished; what was stored goes with its root. */
  @Override
  public void close() throws IOException {
    end();
  }
}
