package thaw.guest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A registry of two packages on loopback, for the machine's real npm: near depends on @far/away.
 */
final class FakeRegistry implements AutoCloseable {
  private final HttpServer server;
  private final Path directory;

  FakeRegistry(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pack("near", "\"dependencies\":{\"@far/away\":\"^2.0.0\"}");
    pack("away", "\"dependencies\":{}");
    serve("/near", "near", "near", "1.0.3", "\"dependencies\":{\"@far/away\":\"^2.0.0\"}");
    serve("/@far/away", "@far/away", "away", "2.1.0", "\"dependencies\":{}");
    server.start();
  }

  /** Makes npm, run in that directory, use this registry. */
  Path usedBy(Path npmDirectory) throws IOException {
    Files.createDirectories(npmDirectory);
    Files.writeString(
        npmDirectory.resolve(".npmrc"), "registry=" + uri() + "/\nfetch-retries=0\nproxy=null\n");
    return npmDirectory;
  }

  Path tarball(String file) {
    return directory.resolve(file + ".tgz");
  }

  private String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void pack(String file, String dependencies) throws IOException {
    Path tree = Files.createDirectories(directory.resolve(file + "-tree/package"));
    Files.writeString(
        tree.resolve("package.json"), "{\"name\":\"%s\",%s}".formatted(file, dependencies));
    new Tool("tar", "tar")
        .run(
            tree.resolveSibling("."),
            List.of("--create", "--gzip", "--file=" + tarball(file), "package"));
  }

  private void serve(String path, String name, String file, String version, String dependencies)
      throws IOException {
    String document =
        ("{\"name\":\"%1$s\",\"dist-tags\":{\"latest\":\"%2$s\"},\"versions\":{\"%2$s\":{"
                + "\"name\":\"%1$s\",\"version\":\"%2$s\",%3$s,"
                + "\"dist\":{\"integrity\":\"%4$s\",\"tarball\":\"%5$s/%6$s.tgz\"}}}}")
            .formatted(name, version, dependencies, Hashes.integrityOf(tarball(file)), uri(), file);
    server.createContext(path, exchange -> answer(exchange, bytes(document)));
    server.createContext(
        "/" + file + ".tgz", exchange -> answer(exchange, Files.readAllBytes(tarball(file))));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
