package thaw.frontend;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Keeps web pages out. Requests are not authenticated, so a page in a browser on this machine must
 * not be able to send any: neither to a name that its owner lets point at 127.0.0.1 (DNS rebinding:
 * the Host header tells) nor to localhost from a foreign page (the Origin header tells).
 */
final class Gate {
  private static final String[] LOOPBACK = {"127.0.0.1", "localhost", "[::1]"};

  /** Most headers of one request. */
  private static final int HEADERS = 100;

  private Gate() {}

  /**
   * @throws LambdaException ACCESS_DENIED for a foreign Host or Origin, INVALID_REQUEST_CONTENT for
   *     too many headers
   */
  static void check(ServerRequestHeaders headers) {
    if (headers.size() > HEADERS) {
      throw new LambdaException(
          ErrorCode.INVALID_REQUEST_CONTENT,
          "The request has more than " + HEADERS + " headers; send fewer");
    }
    String host = only(headers, HeaderNames.HOST);
    if (!isLoopback(host, 0)) {
      throw new LambdaException(
          ErrorCode.ACCESS_DENIED,
          "The Host header '"
              + shown(host)
              + "' does not name this machine's loopback; use 127.0.0.1, localhost or [::1]");
    }
    if (headers.contains(HeaderNames.ORIGIN)) {
      String origin = only(headers, HeaderNames.ORIGIN);
      int start = origin.indexOf("://");
      if (start < 0 || !isLoopback(origin, start + 3)) {
        throw new LambdaException(
            ErrorCode.ACCESS_DENIED,
            "The Origin header '" + shown(origin) + "' is foreign: web pages may not use this API");
      }
    }
  }

  /** Whether the text from {@code start} is a loopback host, with or without a port. */
  private static boolean isLoopback(String text, int start) {
    for (String host : LOOPBACK) {
      int end = start + host.length();
      if (text.regionMatches(true, start, host, 0, host.length())
          && (text.length() == end || (text.charAt(end) == ':' && isPort(text, end + 1)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPort(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > start;
  }

  private static String only(ServerRequestHeaders headers, HeaderName name) {
    Header header = headers.get(name);
    if (header.valueCount() != 1) {
      throw new LambdaException(
          ErrorCode.ACCESS_DENIED, "The " + name.defaultCase() + " header may be given only once");
    }
    return header.get();
  }

  private static String shown(String value) {
    return value.length() <= 100 ? value : value.substring(0, 100) + "...";
  }
}
