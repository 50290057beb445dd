package thaw.cli.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An S3 on loopback that takes its time: it has as much of the API as chunks need to be stored and
 * fetched, counts what is asked of it, and answers each request after a while.
 */
final class BenchOrigin implements AutoCloseable {
  private static final int NOT_FOUND = 404;

  private final Path directory;
  private final HttpServer server;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private volatile long latencyMillis;

  private BenchOrigin(Path directory, HttpServer server) {
    this.directory = directory;
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param directory where it keeps its objects
   */
  static BenchOrigin start(Path directory) throws IOException {
    // Else small answers take 40 ms more: their body waits until their head is acknowledged.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    BenchOrigin origin = new BenchOrigin(Files.createDirectories(directory), server);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", origin::answer);
    server.start();
    return origin;
  }

  /** The settings of a platform that has its chunks here. */
  Map<String, String> settings() {
    return Map.of(
        "storage.origin", "s3",
        "storage.snapshotLayers", "always",
        "storage.s3.bucket", "bench",
        "storage.s3.accessKeyId", "bench",
        "storage.s3.secretAccessKey", "bench",
        "storage.s3.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** How long each answer takes from now on. */
  void latencyMillis(long millis) {
    latencyMillis = millis;
  }

  /** Requests so far. */
  long requests() {
    return requests.get();
  }

  /** Bytes that were fetched so far. */
  long bytes() {
    return bytes.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      Thread.sleep(latencyMillis); // the simulated way to the origin and back
      Path object = object(exchange.getRequestURI().getPath());
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, object);
        case "HEAD" -> exchange.sendResponseHeaders(Files.exists(object) ? 200 : NOT_FOUND, -1);
        case "GET" -> get(exchange, object);
        default -> exchange.sendResponseHeaders(501, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Path object(String path) {
    return directory.resolve(path.substring(1).replace('/', '-'));
  }

  private static void put(HttpExchange exchange, Path object) throws IOException {
    Path unfinished = Files.createTempFile(object.resolveSibling("."), ".put", "");
    Files.write(unfinished, exchange.getRequestBody().readAllBytes());
    Files.move(unfinished, object, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    exchange.getResponseHeaders().set("ETag", "\"-\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private void get(HttpExchange exchange, Path object) throws IOException {
    boolean found = Files.exists(object);
    byte[] body =
        found
            ? Files.readAllBytes(object)
            : "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8);
    if (found) {
      bytes.addAndGet(body.length);
    }
    exchange.sendResponseHeaders(found ? 200 : NOT_FOUND, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
