package thaw.runtimeapi;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The host's end of a TCP connection that the guest made to the Runtime API. One thread reads and
 * writes; any thread may close.
 */
interface GuestConnection extends AutoCloseable {
  /** Reads at least one byte; -1 at the end. */
  int read(ByteBuffer into) throws IOException;

  /** Writes all of the buffers. */
  void write(ByteBuffer... buffers) throws IOException;

  /** Ends the connection both ways: a blocked read or write fails or ends. */
  @Override
  void close();
}
