package thaw.runtimeapi;

import java.nio.charset.StandardCharsets;

/**
 * Parses a request's head, strictly: what two readers could take for two different requests is
 * refused.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class HeadParser {
  static final int MAX_HEADERS = 100;
  static final int MAX_ERROR_TYPE_BYTES = 256;

  private static final byte[] HTTP_1_1 = ascii("HTTP/1.1");
  private static final byte[] HTTP_1_0 = ascii("HTTP/1.0");
  private static final byte[] CONTENT_LENGTH = ascii("content-length");
  private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
  private static final byte[] EXPECT = ascii("expect");
  private static final byte[] CONNECTION = ascii("connection");
  private static final byte[] ERROR_TYPE = ascii("lambda-runtime-function-error-type");
  private static final byte[] CHUNKED = ascii("chunked");
  private static final byte[] CONTINUE = ascii("100-continue");
  private static final byte[] CLOSE = ascii("close");

  private static final int MAX_LENGTH_DIGITS = 18;

  private long contentLength = -1;
  private boolean chunked;
  private boolean expectsContinue;
  private boolean keepAlive;
  private String errorType = "";

  private HeadParser() {}

  /**
   * @param head request line and headers, up to and with the CRLF of the last header
   */
  static RequestHead parse(Slice head) throws BadRequestException {
    HeadParser parser = new HeadParser();
    int lineEnd = endOfLine(head, 0);
    Route.Match match = parser.requestLine(head.from(0, lineEnd));
    int headers = 0;
    for (int at = lineEnd + 2; at < head.length(); at = lineEnd + 2) {
      if (++headers > MAX_HEADERS) {
        throw new BadRequestException("more than " + MAX_HEADERS + " headers");
      }
      lineEnd = endOfLine(head, at);
      parser.header(head.from(at, lineEnd - at));
    }
    return parser.result(match);
  }

  private static int endOfLine(Slice head, int from) throws BadRequestException {
    int end = head.indexOf('\r', from);
    if (end < 0 || end + 1 >= head.length() || head.at(end + 1) != '\n') {
      throw new BadRequestException("a line that does not end in CRLF");
    }
    return end;
  }

  private Route.Match requestLine(Slice line) throws BadRequestException {
    int first = line.indexOf(' ', 0);
    int second = first < 0 ? -1 : line.indexOf(' ', first + 1);
    if (first < 1 || second <= first + 1) {
      throw new BadRequestException("a request line that is not METHOD TARGET VERSION");
    }
    Slice version = line.from(second + 1, line.length() - second - 1);
    keepAlive = version.equalTo(HTTP_1_1);
    if (!keepAlive && !version.equalTo(HTTP_1_0)) {
      throw new BadRequestException("a version other than HTTP/1.1 and HTTP/1.0");
    }
    return Route.of(line.from(0, first), line.from(first + 1, second - first - 1));
  }

  private void header(Slice line) throws BadRequestException {
    int colon = line.indexOf(':', 0);
    if (colon < 1) {
      throw new BadRequestException("a header that is not NAME: VALUE");
    }
    Slice name = line.from(0, colon);
    for (int i = 0; i < colon; i++) {
      if (name.at(i) <= ' ' || name.at(i) == 0x7f) {
        throw new BadRequestException("a header name with white space or control characters");
      }
    }
    value(name, line.from(colon + 1, line.length() - colon - 1).trimmed());
  }

  private void value(Slice name, Slice value) throws BadRequestException {
    if (name.equalToIgnoringCase(CONTENT_LENGTH)) {
      contentLength(value);
    } else if (name.equalToIgnoringCase(TRANSFER_ENCODING)) {
      if (chunked || !value.equalToIgnoringCase(CHUNKED)) {
        throw new BadRequestException("a transfer encoding other than chunked");
      }
      chunked = true;
    } else if (name.equalToIgnoringCase(EXPECT)) {
      expectsContinue = value.equalToIgnoringCase(CONTINUE);
    } else if (name.equalToIgnoringCase(CONNECTION)) {
      keepAlive &= !value.equalToIgnoringCase(CLOSE);
    } else if (name.equalToIgnoringCase(ERROR_TYPE)) {
      errorType = printable(value);
    }
  }

  private void contentLength(Slice value) throws BadRequestException {
    if (value.length() < 1 || value.length() > MAX_LENGTH_DIGITS) {
      throw new BadRequestException("a Content-Length that is not a number of bytes");
    }
    long length = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.at(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new BadRequestException("a Content-Length that is not a number of bytes");
      }
      length = length * 10 + digit;
    }
    if (contentLength >= 0 && contentLength != length) {
      throw new BadRequestException("two different Content-Lengths");
    }
    contentLength = length;
  }

  private static String printable(Slice value) {
    String text = value.from(0, Math.min(value.length(), MAX_ERROR_TYPE_BYTES)).text();
    boolean clean = text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    return clean ? text : "";
  }

  private RequestHead result(Route.Match match) throws BadRequestException {
    if (chunked && contentLength >= 0) {
      throw new BadRequestException("both Content-Length and chunks");
    }
    return new RequestHead(
        match, Math.max(0, contentLength), chunked, expectsContinue, keepAlive, errorType);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
