package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads a stream in a thread of its own, a bounded way ahead of whoever reads this. */
final class ReadAhead extends InputStream {
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int PIECES = 16;

  private final InputStream in;
  private final BlockingQueue<Piece> filled = new ArrayBlockingQueue<>(PIECES);
  private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(PIECES + 2);
  private final Thread thread;
  private volatile boolean closed;
  private @Nullable Piece present;
  private int at;

  /** Bytes, or the end, or why it ended. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(byte[] bytes, int count, @Nullable IOException failure) {}

  ReadAhead(InputStream in) {
    this.in = in;
    this.thread = Thread.ofPlatform().name("layer-read").daemon().start(this::fill);
  }

  private void fill() {
    try {
      try {
        int n;
        do {
          byte[] bytes = empty.poll();
          byte[] piece = bytes == null ? new byte[PIECE_BYTES] : bytes;
          n = in.readNBytes(piece, 0, PIECE_BYTES);
          filled.put(new Piece(piece, n == 0 ? -1 : n, null));
        } while (n > 0);
      } catch (IOException e) {
        filled.put(new Piece(new byte[0], -1, e));
      } catch (RuntimeException e) {
        filled.put(new Piece(new byte[0], -1, new IOException(e)));
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    Piece piece = present;
    if (piece == null) {
      piece = take();
      present = piece;
      at = 0;
    }
    if (piece.failure instanceof ImageException image) {
      throw new ImageException(image.reason(), String.valueOf(image.getMessage()), image);
    }
    if (piece.failure != null) {
      throw new IOException(piece.failure.getMessage(), piece.failure);
    }
    if (piece.count < 0) {
      return -1;
    }
    int n = Math.min(count, piece.count - at);
    System.arraycopy(piece.bytes, at, buffer, offset, n);
    at += n;
    if (at == piece.count) {
      empty.offer(piece.bytes);
      present = null;
    }
    return n;
  }

  private Piece take() throws IOException {
    try {
      while (!closed) {
        Piece piece = filled.poll(1, TimeUnit.SECONDS);
        if (piece != null) {
          return piece;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a layer was read");
    }
    throw new IOException("closed");
  }

  @Override
  public void close() throws IOException {
    closed = true;
    thread.interrupt();
    in.close();
  }
}
