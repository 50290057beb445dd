package thaw.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text from a guest on its way into a log or an error: short, and without control characters. */
final class GuestText {
  private static final int MAX_BYTES = 512;

  private GuestText() {}

  static String of(ByteBuffer bytes) {
    byte[] head = new byte[Math.min(bytes.remaining(), MAX_BYTES)];
    bytes.get(head);
    return new String(head, StandardCharsets.UTF_8).replaceAll("\\p{C}", "?");
  }
}
