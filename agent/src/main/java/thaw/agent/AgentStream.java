package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One multiplexed byte stream to or from the guest, flow-controlled both ways by credit. Reads and
 * writes block; one reader thread and one writer thread at a time.
 */
public final class AgentStream implements AutoCloseable {
  /** What the stream carries. */
  public enum Kind {
    CONNECTION,
    STDOUT,
    STDERR
  }

  AgentStream() {}

  public Kind kind() {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads what is there, at least one byte.
   *
   * @return the number of bytes read, or -1 at the end of the stream
   */
  public int read(ByteBuffer into) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Writes all of the buffers, as few frames as the protocol allows, waiting for credit. */
  public void write(ByteBuffer... buffers) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Sends the end of the stream; reading goes on. */
  public void shutdownOutput() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Ends the stream both ways; unread bytes are dropped. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
