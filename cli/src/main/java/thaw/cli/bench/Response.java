package thaw.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * As much of an HTTP response as a benchmark looks at, found with few allocations.
 *
 * @param totalBytes of head and body
 * @param handlerMillis the handler's time as the platform measured it, 0 if it says nothing
 */
record Response(int status, int totalBytes, double handlerMillis, boolean functionError) {
  private static final Response NO_CONTENT_YET = new Response(0, 0, 0, false);
  private static final String HANDLER = "handler;dur=";

  boolean whole() {
    return totalBytes > 0;
  }

  /**
   * Looks at what was received so far.
   *
   * @param received whose first {@code length} bytes were received
   * @return one that is not {@link #whole} if more bytes are needed
   */
  static Response scan(byte[] received, int length) throws IOException {
    int end = endOfHead(received, length);
    if (end < 0) {
      return NO_CONTENT_YET;
    }
    String head =
        new String(received, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (!head.startsWith("http/1.1 ") || head.contains("\r\ntransfer-encoding:")) {
      throw new IOException("not an answer that this benchmark understands: " + head);
    }
    int status = Integer.parseInt(head.substring(9, 12));
    int total = end + (status == 204 ? 0 : (int) number(head, "\r\ncontent-length:"));
    if (length < total) {
      return NO_CONTENT_YET;
    }
    return new Response(
        status, total, number(head, HANDLER), head.contains("\r\nx-amz-function-error:"));
  }

  private static double number(String head, String after) {
    int begin = head.indexOf(after);
    if (begin < 0) {
      return 0;
    }
    begin += after.length();
    while (head.charAt(begin) == ' ') {
      begin++;
    }
    int end = begin;
    while (Character.isDigit(head.charAt(end)) || head.charAt(end) == '.') {
      end++;
    }
    return Double.parseDouble(head.substring(begin, end));
  }

  private static int endOfHead(byte[] bytes, int length) {
    for (int i = 3; i < length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }
}
