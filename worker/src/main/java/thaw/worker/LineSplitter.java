package thaw.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a byte stream into lines of bounded length; longer ones are cut between characters. Bytes
 * that are no UTF-8 become U+FFFD. Used by one thread at a time.
 */
final class LineSplitter {
  private static final int FIRST_BYTES = 1024;

  private final int maxBytes;
  private final Consumer<String> lines;
  private byte[] pending = new byte[FIRST_BYTES];
  private int count;

  LineSplitter(int maxBytes, Consumer<String> lines) {
    this.maxBytes = maxBytes;
    this.lines = lines;
  }

  void accept(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        emit(count > 0 && pending[count - 1] == '\r' ? count - 1 : count);
        count = 0;
      } else {
        append(b);
      }
    }
  }

  /** Hands over the begun line, if there is one. */
  void flushBegun() {
    if (count > 0) {
      emit(count);
      count = 0;
    }
  }

  private void append(byte b) {
    if (count == maxBytes) {
      int cut = characterBoundary();
      emit(cut);
      count -= cut;
      System.arraycopy(pending, cut, pending, 0, count);
    }
    if (count == pending.length) {
      pending = Arrays.copyOf(pending, Math.min(maxBytes, 2 * count));
    }
    pending[count++] = b;
  }

  private void emit(int length) {
    lines.accept(new String(pending, 0, length, StandardCharsets.UTF_8));
  }

  /** Where the last whole character ends: at most three bytes before the end. */
  private int characterBoundary() {
    int start = count - 1;
    while (start > count - 4 && (pending[start] & 0xc0) == 0x80) {
      start--;
    }
    int lead = pending[start] & 0xff;
    int length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return start + length > count ? start : count;
  }
}
