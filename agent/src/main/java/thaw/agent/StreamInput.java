package thaw.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a stream brings from the guest. The connection's reader thread puts bytes in and never
 * waits; that the guest cannot send more than the window is what bounds the buffer.
 */
final class StreamInput {
  private static final int WINDOW_BYTES = Protocol.HOST_WINDOW_BYTES;

  private final StreamOutput output;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final ByteRing received = new ByteRing(WINDOW_BYTES);
  private int creditBytes = WINDOW_BYTES;
  private int readBytes; // since credit was last given back
  private long receivedTotal;
  private boolean ended; // the guest has sent EOF or CLOSE
  private boolean dropping; // nobody will read any more
  private @Nullable String failure;

  StreamInput(StreamOutput output) {
    this.output = output;
  }

  int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    int count;
    int giveBack = 0;
    lock.lock();
    try {
      while (received.size() == 0 && !ended && failure == null) {
        readable.await();
      }
      if (received.size() == 0) {
        if (failure != null) {
          throw new IOException(failure);
        }
        return -1;
      }
      count = received.take(into);
      readBytes += count;
      if (readBytes >= WINDOW_BYTES / 2 && !ended && failure == null) {
        giveBack = readBytes;
        creditBytes += giveBack;
        readBytes = 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading from the guest");
    } finally {
      lock.unlock();
    }
    if (giveBack > 0) {
      output.sendWindow(giveBack);
    }
    return count;
  }

  void received(ByteBuffer data) throws ProtocolViolation {
    lock.lock();
    try {
      if (ended) {
        throw new ProtocolViolation("DATA after the end of its stream");
      }
      if (data.remaining() > creditBytes) {
        throw new ProtocolViolation("DATA beyond the credit of its stream");
      }
      creditBytes -= data.remaining();
      receivedTotal += data.remaining();
      if (!dropping) {
        received.put(data);
        readable.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  long receivedTotal() {
    lock.lock();
    try {
      return receivedTotal;
    } finally {
      lock.unlock();
    }
  }

  void receivedEof() throws ProtocolViolation {
    lock.lock();
    try {
      if (ended) {
        throw new ProtocolViolation("EOF after the end of its stream");
      }
      ended = true;
      readable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void receivedClose(boolean abort) {
    lock.lock();
    try {
      ended = true;
      if (abort && failure == null) {
        failure = "the guest broke the stream off";
      }
      readable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The host closes the stream: what is there and what still comes is dropped. */
  void end(String reason) {
    lock.lock();
    try {
      dropping = true;
      received.clear();
      failure = reason;
      readable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The connection is over: what is there can still be read. */
  void fail(String reason) {
    lock.lock();
    try {
      if (failure == null && !ended) {
        failure = reason;
      }
      readable.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
