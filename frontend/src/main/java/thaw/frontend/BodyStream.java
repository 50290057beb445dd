package thaw.frontend;

import io.helidon.webserver.CloseConnectionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A request's body, waited for with bounded patience. A client that goes away or dawdles ends the
 * connection, not in an error answer: nobody would read it.
 */
final class BodyStream extends FilterInputStream {
  private final Patience.Wait wait;

  BodyStream(InputStream in, Patience patience) {
    super(in);
    this.wait = patience.begin();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    try {
      int read = super.read(buffer, offset, length);
      wait.progress();
      return read;
    } catch (IOException | RuntimeException e) {
      throw new CloseConnectionException("The client went away while it sent the body", e);
    }
  }

  /** Reads what is left and drops it, so that the connection can go on. */
  void drain() throws IOException {
    transferTo(OutputStream.nullOutputStream());
  }

  /** Ends the wait; the stream below is the connection's. */
  @Override
  public void close() {
    wait.close();
  }
}
