package thaw.agent;

import java.nio.ByteBuffer;

/**
 * A queue of bytes that grows with what is in it, up to a limit, and gives the memory back when it
 * is emptied. So an idle stream costs nothing, and a guest that sends its bytes one by one costs no
 * more than one that sends them in one piece. Not thread-safe.
 */
final class ByteRing {
  private static final int KEPT_BYTES = 8 * 1024;
  private static final byte[] EMPTY = {};

  private final int limitBytes;
  private byte[] bytes = EMPTY;
  private int head;
  private int size;

  ByteRing(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  int size() {
    return size;
  }

  /** Adds all of {@code from}; the caller has checked that the limit holds. */
  void put(ByteBuffer from) {
    int count = from.remaining();
    if (count > limitBytes - size) {
      throw new IllegalStateException(
          count + " bytes do not fit: " + size + " of " + limitBytes + " are used");
    }
    if (count == 0) {
      return;
    }
    grow(size + count);
    int tail = (head + size) % bytes.length;
    int first = Math.min(count, bytes.length - tail);
    from.get(bytes, tail, first);
    from.get(bytes, 0, count - first);
    size += count;
  }

  /** Moves as much as fits; returns how much. */
  int take(ByteBuffer into) {
    int count = Math.min(size, into.remaining());
    int first = Math.min(count, bytes.length - head);
    into.put(bytes, head, first);
    into.put(bytes, 0, count - first);
    size -= count;
    head = size == 0 ? 0 : (head + count) % bytes.length;
    if (size == 0 && bytes.length > KEPT_BYTES) {
      bytes = EMPTY;
    }
    return count;
  }

  void clear() {
    bytes = EMPTY;
    head = 0;
    size = 0;
  }

  private void grow(int needed) {
    if (needed <= bytes.length) {
      return;
    }
    int capacity = Math.max(KEPT_BYTES, Math.max(needed, 2 * bytes.length));
    byte[] larger = new byte[Math.max(needed, Math.min(limitBytes, capacity))];
    int first = Math.min(size, bytes.length - head);
    System.arraycopy(bytes, head, larger, 0, first);
    System.arraycopy(bytes, 0, larger, first, size - first);
    bytes = larger;
    head = 0;
  }
}
