package thaw.jail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Reads a stream to its end on a thread of its own and remembers the last bytes of it. */
final class Tail {
  private static final int KEPT_BYTES = 4 << 10;

  private final Thread reader;
  private byte[] kept = {};

  private Tail(InputStream in) {
    reader = Thread.ofVirtual().unstarted(() -> drain(in));
  }

  static Tail of(InputStream in) {
    Tail tail = new Tail(in);
    tail.reader.start();
    return tail;
  }

  /** What was last written, after the stream's end if that comes within a second. */
  String text() {
    try {
      reader.join(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      return new String(kept, StandardCharsets.UTF_8).strip();
    }
  }

  private void drain(InputStream in) {
    byte[] buffer = new byte[KEPT_BYTES];
    try (in) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      // The process is gone; what was read is all there is.
    }
  }

  private synchronized void append(byte[] buffer, int n) {
    int old = Math.min(kept.length, KEPT_BYTES - n);
    byte[] joined = new byte[old + n];
    System.arraycopy(kept, kept.length - old, joined, 0, old);
    System.arraycopy(buffer, 0, joined, old, n);
    kept = joined;
  }
}
