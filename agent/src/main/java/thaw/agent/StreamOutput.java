package thaw.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a stream sends to the guest.
 *
 * <p>Two locks: {@code state} is held for moments only, so that the connection's reader thread can
 * add credit while a writer waits for the channel; {@code sending} keeps the stream's frames in
 * order, CLOSE the last. {@code sending} is taken first.
 */
final class StreamOutput {
  private final int id;
  private final int windowBytes;
  private final FrameSink sink;

  private final ReentrantLock state = new ReentrantLock();
  private final Condition creditCame = state.newCondition();
  private int creditBytes;
  private @Nullable String failure;

  private final ReentrantLock sending = new ReentrantLock();
  private boolean eofSent;
  private boolean closeSent;

  /**
   * @param windowBytes credit at the start and at most; 0 for a stream without a way to the guest
   */
  StreamOutput(int id, int windowBytes, FrameSink sink) {
    this.id = id;
    this.windowBytes = windowBytes;
    this.creditBytes = windowBytes;
    this.sink = sink;
  }

  void write(ByteBuffer... buffers) throws IOException {
    if (windowBytes == 0) {
      throw new IOException("this stream has no way to the guest");
    }
    long left = 0;
    for (ByteBuffer buffer : buffers) {
      left += buffer.remaining();
    }
    while (left > 0) {
      int bytes = awaitCredit((int) Math.min(left, Protocol.MAX_PAYLOAD_BYTES));
      ByteBuffer[] payload = cut(buffers, bytes);
      sending.lock();
      try {
        if (eofSent || closeSent) {
          throw new IOException("the stream's output was closed by the host");
        }
        sink.send(FrameType.DATA, 0, id, payload);
      } finally {
        sending.unlock();
      }
      left -= bytes;
    }
  }

  void shutdown() throws IOException {
    sending.lock();
    try {
      if (windowBytes > 0 && !eofSent && !closeSent) {
        eofSent = true;
        sink.send(FrameType.EOF, 0, id);
      }
    } finally {
      sending.unlock();
    }
  }

  void close(int flags) {
    fail("the stream was closed by the host");
    sending.lock();
    try {
      closeSent = true;
      sink.send(FrameType.CLOSE, flags, id);
    } catch (IOException e) {
      // The connection is over, and the stream with it: that is what close is for.
    } finally {
      sending.unlock();
    }
  }

  /** Gives the guest credit for what was read. */
  void sendWindow(int bytes) throws IOException {
    sending.lock();
    try {
      if (!closeSent) {
        ByteBuffer credit = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        sink.send(FrameType.WINDOW, 0, id, credit.putInt(bytes).flip());
      }
    } finally {
      sending.unlock();
    }
  }

  void addCredit(int bytes) throws ProtocolViolation {
    state.lock();
    try {
      if (bytes < 1 || bytes > windowBytes - creditBytes) {
        throw new ProtocolViolation(
            "WINDOW of %d bytes with %d of %d in hand"
                .formatted(bytes & 0xffffffffL, creditBytes, windowBytes));
      }
      creditBytes += bytes;
      creditCame.signalAll();
    } finally {
      state.unlock();
    }
  }

  void fail(String reason) {
    state.lock();
    try {
      if (failure == null) {
        failure = reason;
      }
      creditCame.signalAll();
    } finally {
      state.unlock();
    }
  }

  private int awaitCredit(int wantedBytes) throws IOException {
    state.lock();
    try {
      while (creditBytes == 0 && failure == null) {
        creditCame.await();
      }
      if (failure != null) {
        throw new IOException(failure);
      }
      int bytes = Math.min(wantedBytes, creditBytes);
      creditBytes -= bytes;
      return bytes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the guest to read");
    } finally {
      state.unlock();
    }
  }

  /** The next bytes of the buffers, which move on; nothing is copied. */
  private static ByteBuffer[] cut(ByteBuffer[] buffers, int bytes) {
    ByteBuffer[] parts = new ByteBuffer[buffers.length];
    int left = bytes;
    for (int i = 0; i < buffers.length; i++) {
      int part = Math.min(left, buffers[i].remaining());
      parts[i] = buffers[i].slice(buffers[i].position(), part);
      buffers[i].position(buffers[i].position() + part);
      left -= part;
    }
    return parts;
  }
}
