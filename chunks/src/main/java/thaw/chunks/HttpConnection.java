package thaw.chunks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A connection on which one GET after the other is sent (HTTP/1.1). For one thread at a time. */
final class HttpConnection implements AutoCloseable {
  private static final int HEAD_BYTES_MAX = 16 * 1024;
  private static final int CONNECT_MILLIS_MAX = 2_000;
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final int OK = 200;

  private final Socket socket;
  private final InputStream in;
  private long lastUsedNanos = System.nanoTime();
  private boolean answering;

  /**
   * An answer.
   *
   * @param body only that of a 200 that is as long as it says and no longer than was allowed
   * @param connectionLasts whether another request may be sent after it
   */
  record Answer(int status, Optional<byte[]> body, boolean connectionLasts) {}

  private HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  /**
   * Connects.
   *
   * @param server its scheme, host and port count
   * @param tls who makes the connection secure if the scheme is https
   * @param deadlineNanos by when, as {@link System#nanoTime} has it
   */
  static HttpConnection open(URI server, SSLSocketFactory tls, long deadlineNanos)
      throws IOException {
    boolean secure = "https".equalsIgnoreCase(server.getScheme());
    int usualPort = secure ? HTTPS_PORT : HTTP_PORT;
    int port = server.getPort() < 0 ? usualPort : server.getPort();
    String host = server.getHost();
    Socket socket = connected(host, port, deadlineNanos);
    try {
      socket.setTcpNoDelay(true);
      return new HttpConnection(secure ? secured(socket, host, port, tls, deadlineNanos) : socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** To the first of the host's addresses at which somebody answers. */
  private static Socket connected(String host, int port, long deadlineNanos) throws IOException {
    IOException failure = new IOException(host + " has no address");
    for (InetAddress address : InetAddress.getAllByName(host)) {
      Socket socket = new Socket();
      try {
        int timeout = Math.min(CONNECT_MILLIS_MAX, millisUntil(deadlineNanos));
        socket.connect(new InetSocketAddress(address, port), timeout);
        return socket;
      } catch (IOException e) {
        socket.close();
        failure = e;
      }
    }
    throw failure;
  }

  private static SSLSocket secured(
      Socket plain, String host, int port, SSLSocketFactory tls, long deadlineNanos)
      throws IOException {
    SSLSocket secure = (SSLSocket) tls.createSocket(plain, host, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS"); // else any certificate would do
    secure.setSSLParameters(parameters);
    secure.setSoTimeout(millisUntil(deadlineNanos));
    secure.startHandshake();
    return secure;
  }

  /**
   * Sends a GET and reads the answer. If it fails, or the answer says so, the connection is of no
   * more use.
   *
   * @param head the request, with the empty line at its end
   * @param mostBytes how long a body may be that is of interest
   */
  Answer get(String head, int mostBytes, long deadlineNanos) throws IOException {
    answering = false;
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    byte[] buffer = new byte[HEAD_BYTES_MAX];
    int filled = 0;
    int bodyAt = -1;
    while (bodyAt < 0) {
      if (filled == buffer.length) {
        throw new IOException("the head of an answer is longer than " + HEAD_BYTES_MAX);
      }
      int count = read(buffer, filled, deadlineNanos);
      answering = true;
      bodyAt = endOfHead(buffer, Math.max(0, filled - 3), filled + count);
      filled += count;
    }
    Head answered = Head.parse(new String(buffer, 0, bodyAt, StandardCharsets.ISO_8859_1));
    int length = answered.bodyBytes().orElse(-1);
    if (answered.status() != OK || length < 0 || length > mostBytes || filled - bodyAt > length) {
      return new Answer(answered.status(), Optional.empty(), false); // what follows is not read
    }
    byte[] body = new byte[length];
    int have = filled - bodyAt;
    System.arraycopy(buffer, bodyAt, body, 0, have);
    while (have < length) {
      have += read(body, have, deadlineNanos);
    }
    lastUsedNanos = System.nanoTime();
    return new Answer(OK, Optional.of(body), answered.connectionLasts());
  }

  private int read(byte[] target, int from, long deadlineNanos) throws IOException {
    socket.setSoTimeout(millisUntil(deadlineNanos));
    int count = in.read(target, from, target.length - from);
    if (count < 0) {
      throw new EOFException("the answer was cut off");
    }
    return count;
  }

  private static int millisUntil(long deadlineNanos) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    if (millis <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  private static int endOfHead(byte[] buffer, int from, int to) {
    for (int at = from; at + 3 < to; at++) {
      if (buffer[at] == '\r'
          && buffer[at + 1] == '\n'
          && buffer[at + 2] == '\r'
          && buffer[at + 3] == '\n') {
        return at + 4;
      }
    }
    return -1;
  }

  /** Whether anything of the last request's answer came. */
  boolean answering() {
    return answering;
  }

  /** When it was last of use, as {@link System#nanoTime} has it. */
  long lastUsedNanos() {
    return lastUsedNanos;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is of no use whichever way it ended.
    }
  }

  /**
   * What an answer says of itself.
   *
   * @param bodyBytes empty if the body ends in another way than after a number of bytes
   */
  private record Head(int status, OptionalInt bodyBytes, boolean connectionLasts) {
    private static final String VERSION = "HTTP/1.1 ";
    private static final int STATUS_DIGITS = 3;
    private static final int LENGTH_DIGITS_MAX = 9;

    private static Head parse(String text) throws IOException {
      String[] lines = text.split("\r\n", -1);
      OptionalInt status =
          lines[0].startsWith(VERSION)
              ? number(lines[0].substring(VERSION.length()).split(" ", 2)[0], STATUS_DIGITS)
              : OptionalInt.empty();
      if (status.isEmpty()) {
        throw new IOException("not an answer of HTTP/1.1");
      }
      OptionalInt length = OptionalInt.empty();
      boolean plain = true;
      boolean lasts = true;
      for (int i = 1; i < lines.length; i++) {
        int colon = Math.max(0, lines[i].indexOf(':'));
        String value = lines[i].substring(Math.min(colon + 1, lines[i].length())).strip();
        switch (lines[i].substring(0, colon).toLowerCase(Locale.ROOT)) {
          case "content-length" -> {
            plain &= length.isEmpty();
            length = number(value, LENGTH_DIGITS_MAX);
          }
          case "transfer-encoding", "content-encoding" -> plain = false;
          case "connection" -> lasts = !value.equalsIgnoreCase("close");
          default -> {}
        }
      }
      return new Head(status.getAsInt(), plain ? length : OptionalInt.empty(), lasts);
    }

    private static OptionalInt number(String text, int digitsMax) {
      boolean digits =
          !text.isEmpty()
              && text.length() <= digitsMax
              && text.chars().allMatch(c -> c >= '0' && c <= '9');
      return digits ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
  }
}
