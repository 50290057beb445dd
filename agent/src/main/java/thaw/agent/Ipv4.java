package thaw.agent;

/** Dotted quads, without ever asking a resolver. */
final class Ipv4 {
  private static final int PARTS = 4;
  private static final int MAX_PART = 255;

  private Ipv4() {}

  /**
   * @throws IllegalArgumentException if {@code text} is not four decimal numbers of 0 to 255
   */
  static byte[] parse(String text) {
    String[] parts = text.split("\\.", -1);
    byte[] address = new byte[PARTS];
    boolean valid = parts.length == PARTS;
    for (int i = 0; valid && i < PARTS; i++) {
      valid = parts[i].matches("\\d{1,3}") && Integer.parseInt(parts[i]) <= MAX_PART;
      address[i] = valid ? (byte) Integer.parseInt(parts[i]) : 0;
    }
    if (!valid) {
      throw new IllegalArgumentException("not an IPv4 address: \"" + text + "\"");
    }
    return address;
  }
}
