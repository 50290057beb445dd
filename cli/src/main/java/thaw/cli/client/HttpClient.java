package thaw.cli.client;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import thaw.cli.UserError;

/**
 * HTTP/1.1 over a plain socket, one connection per request. The JDK's own client takes longer to
 * start than most commands take to run.
 */
public final class HttpClient {
  private static final int CONNECT_MILLIS = 5_000;

  private final URI endpoint;

  /**
   * @param endpoint for example {@code http://127.0.0.1:9000}
   */
  public HttpClient(URI endpoint) {
    if (!"http".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
      throw new UserError(
          "cannot use the endpoint " + endpoint, "Write it as http://HOST:PORT, without https.");
    }
    this.endpoint = endpoint;
  }

  public URI endpoint() {
    return endpoint;
  }

  /**
   * Sends a request and reads all of the answer.
   *
   * @param path with its query, already encoded
   * @param headers beside Host, Content-Length and Connection
   * @param patience how long to wait for each byte of the answer
   * @throws UserError if nobody answers at the endpoint, or not in time
   */
  public HttpAnswer send(
      String method, String path, Map<String, String> headers, byte[] body, Duration patience) {
    int port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(endpoint.getHost(), port), CONNECT_MILLIS);
      socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      out.write(head(method, path, headers, body.length));
      out.write(body);
      out.flush();
      return new HttpReader(new BufferedInputStream(socket.getInputStream(), 64 * 1024)).read();
    } catch (ConnectException e) {
      throw notRunning();
    } catch (SocketTimeoutException e) {
      throw new UserError(
          "no answer from " + endpoint + " within " + patience.toSeconds() + " s",
          "See what the platform does with: thaw status, thaw logs.");
    } catch (IOException e) {
      throw new UserError(
          "talking to " + endpoint + " failed: " + e.getMessage(),
          "Check with thaw status whether the platform is up, and the endpoint's address.");
    }
  }

  private UserError notRunning() {
    return new UserError(
        "nobody listens at " + endpoint,
        "Start the platform with: thaw up --detach   (or name another with --endpoint)");
  }

  private byte[] head(String method, String path, Map<String, String> headers, int length) {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(endpoint.getRawAuthority()).append("\r\n");
    head.append("Connection: close\r\n");
    head.append("Content-Length: ").append(length).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
