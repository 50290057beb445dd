package thaw.frontend;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A connection on which a test decides about every byte. */
final class RawHttp implements AutoCloseable {
  /** A whole answer; header names in lower case. */
  @SuppressWarnings("ArrayRecordComponent")
  record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    String errorType() {
      return header("x-amzn-errortype").orElse("");
    }

    @Override
    public String toString() {
      return status + " " + headers + " " + text();
    }
  }

  private final Socket socket;
  private final InputStream in;
  private final String authority;

  private RawHttp(Socket socket, String authority) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.authority = authority;
  }

  static RawHttp connect(URI endpoint) throws IOException {
    var socket = new Socket(endpoint.getHost(), endpoint.getPort());
    socket.setSoTimeout(30_000);
    socket.setTcpNoDelay(true);
    return new RawHttp(socket, endpoint.getAuthority());
  }

  Answer send(String method, String path, String body, String... headers) throws IOException {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer send(String method, String path, byte[] body, String... headers) throws IOException {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n");
    if (body.length > 0) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    write(head.append("\r\n").toString());
    socket.getOutputStream().write(body);
    return read();
  }

  void write(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The next answer. */
  Answer read() throws IOException {
    String statusLine = line();
    var headers = new HashMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Answer(
        Integer.parseInt(statusLine.substring(9, 12)), headers, in.readNBytes(length));
  }

  /**
   * Sends bytes and nothing after them.
   *
   * @return the status of each answer there was, until the server ended the connection
   */
  List<Integer> sayAll(byte[] bytes) throws IOException {
    List<Integer> statuses = new ArrayList<>();
    try {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      while (true) {
        statuses.add(read().status());
      }
    } catch (EOFException | SocketException e) {
      return statuses;
    }
  }

  /** Ends the connection at once, and so that its port is free at once. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /**
   * Whether the server ends the connection within the socket's time-out, after whatever it said.
   */
  boolean ended() throws IOException {
    try {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true; // a reset is an end, too
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server ended the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
