package thaw.frontend;

import io.helidon.webserver.CloseConnectionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A request's body. A client that goes away or dawdles ends the connection, not in an error answer:
 * nobody would read it.
 */
final class BodyStream extends FilterInputStream {
  private final long deadlineNanos;

  BodyStream(InputStream in, Duration timeout) {
    super(in);
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new CloseConnectionException("The body took longer to arrive than bodyTimeout");
    }
    try {
      return super.read(buffer, offset, length);
    } catch (IOException | RuntimeException e) {
      throw new CloseConnectionException("The client went away while it sent the body", e);
    }
  }

  /** The rest is Helidon's to drain. */
  @Override
  public void close() {}
}
