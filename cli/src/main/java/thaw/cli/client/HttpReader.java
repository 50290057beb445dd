package thaw.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.1 response (RFC 9112): a body with Content-Length, in chunks, or up to the end
 * of the stream. Lines and the body are bounded.
 */
final class HttpReader {
  private static final int LINE_BYTES = 64 * 1024;
  private static final int HEADERS = 200;
  private static final int BODY_BYTES = 512 * 1024 * 1024;

  private final InputStream in;

  HttpReader(InputStream in) {
    this.in = in;
  }

  HttpAnswer read() throws IOException {
    int status = status(line());
    Map<String, String> headers = headers();
    return new HttpAnswer(status, Map.copyOf(headers), body(status, headers));
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException(
          "no HTTP answer but: " + line.substring(0, Math.min(80, line.length())));
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < HEADERS; i++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    throw new IOException("the answer has more than " + HEADERS + " headers");
  }

  private byte[] body(int status, Map<String, String> headers) throws IOException {
    if (status == 204 || status == 304) {
      return new byte[0];
    }
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunks();
    }
    String length = headers.get("content-length");
    if (length == null) {
      return in.readNBytes(BODY_BYTES);
    }
    return exactly(size(length, 10));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = line();
      int end = line.indexOf(';');
      int length = size(end < 0 ? line : line.substring(0, end), 16);
      if (length == 0) {
        headers(); // trailers
        return body.toByteArray();
      }
      if (body.size() + (long) length > BODY_BYTES) {
        throw new IOException("the answer is larger than " + BODY_BYTES + " bytes");
      }
      body.write(exactly(length));
      line();
    }
  }

  private static int size(String text, int radix) throws IOException {
    try {
      long size = Long.parseLong(text.strip(), radix);
      if (size >= 0 && size <= BODY_BYTES) {
        return (int) size;
      }
    } catch (NumberFormatException e) {
      throw new IOException("not a length in an HTTP answer: " + text, e);
    }
    throw new IOException("the answer is larger than " + BODY_BYTES + " bytes: " + text);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection was closed in the middle of an answer");
      }
      if (line.size() >= LINE_BYTES) {
        throw new IOException("a line of the answer is longer than " + LINE_BYTES + " bytes");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
