package thaw.worker;

import java.nio.charset.StandardCharsets;

/** The last 4 KiB of a log, as {@code LogType=Tail} returns them. Not thread-safe. */
final class TailRing {
  /** AWS: "the last 4 KB of the execution log". */
  static final int BYTES = 4096;

  private final byte[] ring = new byte[BYTES];
  private long total;

  void clear() {
    total = 0;
  }

  void add(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    int from = Math.max(0, bytes.length - BYTES);
    for (int i = from; i < bytes.length; i++) {
      ring[(int) (total++ % BYTES)] = bytes[i];
    }
    ring[(int) (total++ % BYTES)] = '\n';
  }

  byte[] bytes() {
    int length = (int) Math.min(total, BYTES);
    byte[] tail = new byte[length];
    for (int i = 0; i < length; i++) {
      tail[i] = ring[(int) ((total - length + i) % BYTES)];
    }
    return tail;
  }
}
