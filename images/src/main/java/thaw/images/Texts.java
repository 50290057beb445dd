package thaw.images;

/** What strangers wrote, as messages show it. */
final class Texts {
  private static final int SHOWN = 200;

  private Texts() {}

  /** Shortened, and without control characters. */
  static String shown(String text) {
    String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    StringBuilder shown = new StringBuilder();
    cut.chars().forEach(c -> shown.append(c < ' ' || c == 127 ? '?' : (char) c));
    return shown.toString();
  }

  /** The same of a path whose characters are bytes. */
  static String shownBytes(String path) {
    return shown(
        new String(
            path.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
            java.nio.charset.StandardCharsets.UTF_8));
  }
}
