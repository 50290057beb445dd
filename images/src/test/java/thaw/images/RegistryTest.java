package thaw.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.settings.DataSize;

/**
 * Debian's docker-registry, filled by skopeo, and a proxy before it that demands credentials,
 * breaks off, fails and lies.
 */
class RegistryTest {
  @TempDir Path directory;

  private Process registry;
  private int port;
  private Digest digest;
  private List<Digest> chunks;
  private HttpServer proxy;

  @BeforeEach
  void startRegistry() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path config = directory.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "127.0.0.1:%d"}
        """
            .formatted(directory.resolve("registry"), port));
    registry =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("registry.log").toFile())
            .start();
    org.awaitility.Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .ignoreExceptions()
        .until(() -> {
          new Socket(InetAddress.getLoopbackAddress(), port).close();
          return true;
        });
    byte[] content = new byte[3_000_000];
    new Random(1).nextBytes(content);
    List<byte[]> layers =
        List.of(
            new Layer().file("etc/os", "lower").file("data", content).tar(),
            new Layer().file("app", "upper").tar());
    new Layout(directory.resolve("oci"))
        .image(
            "v1",
            layers,
            layers.stream().map(Layer::gzip).toList(),
            Layout.TAR + "+gzip",
            Map.of("Cmd", List.of("/app")));
    Mounted.run(
        "skopeo",
        "copy",
        "--dest-tls-verify=false",
        "oci:" + directory.resolve("oci") + ":v1",
        "docker://127.0.0.1:" + port + "/team/app:v1");
    try (Images images = new Images(ImageSettings.defaults())) {
      ResolvedImage image =
          images.resolve(ImageReference.parse("oci:" + directory.resolve("oci") + ":v1"));
      digest = image.digest();
      chunks = chunks(images, image);
    }
    proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @AfterEach
  void stopRegistry() throws Exception {
    proxy.stop(0);
    registry.destroy();
    registry.waitFor(10, TimeUnit.SECONDS);
  }

  @Test
  void anImageComesByItsTagAndStaysByItsDigest() throws Exception {
    try (Images images = new Images(ImageSettings.defaults())) {
      ResolvedImage image = images.resolve(remote("team/app:v1"));
      assertThat(image.digest()).isEqualTo(digest);
      assertThat(image.config().command()).containsExactly("/app");
      assertThat(image.uri()).isEqualTo("127.0.0.1:" + port + "/team/app@" + digest);
      assertThat(chunks(images, images.resolve(ImageReference.parse(image.uri()))))
          .isEqualTo(chunks);
      reason(images, remote("team/app:v2"), ImageException.Cause.NOT_FOUND);
      reason(images, remote("team/other"), ImageException.Cause.NOT_FOUND);
    }
  }

  @Test
  void anArchiveOfDockersHasTheSameContent() throws Exception {
    Path archive = directory.resolve("image.tar");
    Mounted.run(
        "skopeo",
        "copy",
        "oci:" + directory.resolve("oci") + ":v1",
        "docker-archive:" + archive + ":team/app:v1");
    try (Images images = new Images(ImageSettings.defaults())) {
      ResolvedImage image = images.resolve(ImageReference.parse("docker-archive:" + archive));
      assertThat(chunks(images, image)).isEqualTo(chunks);
      assertThat(images.resolve(ImageReference.parse(image.uri())).digest())
          .isEqualTo(image.digest());
      reason(
          images,
          ImageReference.parse("docker-archive:" + archive + ":other"),
          ImageException.Cause.NOT_FOUND);
    }
  }

  @Test
  void tokensAreFetchedWithTheCredentialsOfTheRegistry() throws Exception {
    String basic =
        "Basic "
            + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.UTF_8));
    AtomicInteger tokens = new AtomicInteger();
    proxy.createContext(
        "/token",
        exchange -> {
          boolean known = basic.equals(exchange.getRequestHeaders().getFirst("Authorization"));
          boolean asked = exchange.getRequestURI().getQuery().contains("repository:team/app:pull");
          tokens.incrementAndGet();
          answer(exchange, known && asked ? 200 : 401, "{\"token\":\"t0ken\"}");
        });
    proxy.createContext(
        "/v2/",
        exchange -> {
          if ("Bearer t0ken".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            forward(exchange, Integer.MAX_VALUE);
          } else {
            exchange
                .getResponseHeaders()
                .add(
                    "WWW-Authenticate",
                    "Bearer realm=\"http://127.0.0.1:%d/token\",service=\"r\",scope=\"repository:team/app:pull\""
                        .formatted(proxy.getAddress().getPort()));
            answer(exchange, 401, "{}");
          }
        });
    proxy.start();
    try (Images images = new Images(ImageSettings.defaults())) {
      reason(images, proxied(), ImageException.Cause.ACCESS_DENIED);
    }
    tokens.set(0);
    try (Images images = new Images(withCredentials("ada:secret"))) {
      assertThat(chunks(images, images.resolve(proxied()))).isEqualTo(chunks);
      assertThat(tokens).hasValue(1);
    }
  }

  @Test
  void basicCredentialsAreSentToWhoDemandsThem() throws Exception {
    String basic =
        "Basic "
            + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.UTF_8));
    proxy.createContext(
        "/v2/",
        exchange -> {
          if (basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            forward(exchange, Integer.MAX_VALUE);
          } else {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"r\"");
            answer(exchange, 401, "{}");
          }
        });
    proxy.start();
    try (Images images = new Images(withCredentials("ada:secret"))) {
      assertThat(images.resolve(proxied()).digest()).isEqualTo(digest);
    }
    try (Images images = new Images(withCredentials("ada:wrong"))) {
      reason(images, proxied(), ImageException.Cause.ACCESS_DENIED);
    }
  }

  @Test
  void aRegistryThatFailsAndBreaksOffIsAskedAgain() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    proxy.createContext(
        "/v2/",
        exchange -> {
          int number = requests.incrementAndGet();
          if (number % 3 == 1) {
            answer(exchange, number % 2 == 0 ? 503 : 429, "");
          } else {
            forward(exchange, 1_000_000);
          }
        });
    proxy.start();
    try (Images images = new Images(ImageSettings.defaults())) {
      assertThat(chunks(images, images.resolve(proxied()))).isEqualTo(chunks);
    }
    assertThat(requests).hasValueGreaterThan(7);
  }

  @Test
  void aRegistryThatLiesIsNotBelieved() throws Exception {
    proxy.createContext(
        "/v2/",
        exchange -> {
          if (exchange.getRequestURI().getPath().contains("/blobs/")) {
            answer(exchange, 200, "{\"os\":\"linux\",\"architecture\":\"amd64\"}");
          } else {
            forward(exchange, Integer.MAX_VALUE);
          }
        });
    proxy.start();
    try (Images images = new Images(ImageSettings.defaults())) {
      reason(images, proxied(), ImageException.Cause.INVALID);
      reason(
          images,
          ImageReference.parse("127.0.0.1:" + port + "/team/app@sha256:" + "0".repeat(64)),
          ImageException.Cause.NOT_FOUND);
    }
  }

  @Test
  void aRegistryThatIsSilentIsGivenUp() throws Exception {
    proxy.createContext(
        "/v2/",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          // and nothing more, until the server is stopped
        });
    proxy.start();
    try (Images images = new Images(settings(Map.of(), Optional.empty(), Duration.ofMillis(300)))) {
      assertThatThrownBy(() -> images.resolve(proxied()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nothing came for");
    }
  }

  @Test
  void aMirrorIsAskedFirstAndTheRegistryIfThatDoesNotHelp() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    proxy.createContext(
        "/v2/",
        exchange -> {
          asked.incrementAndGet();
          answer(exchange, 404, "{}");
        });
    proxy.start();
    String mirror = "http://127.0.0.1:" + proxy.getAddress().getPort();
    Map<String, String> mirrors = Map.of("127.0.0.1:" + port, mirror);
    try (Images images = new Images(settings(mirrors, Optional.empty(), Duration.ofSeconds(30)))) {
      assertThat(images.resolve(remote("team/app:v1")).digest()).isEqualTo(digest);
      assertThat(asked).hasValue(1);
    }
    String good = "http://127.0.0.1:" + port + "/";
    try (Images images =
        new Images(
            settings(Map.of("reg.invalid", good), Optional.empty(), Duration.ofSeconds(30)))) {
      assertThat(images.resolve(ImageReference.parse("reg.invalid/team/app:v1")).digest())
          .isEqualTo(digest);
    }
  }

  private static void reason(Images images, ImageReference reference, ImageException.Cause cause) {
    assertThatThrownBy(() -> images.resolve(reference))
        .isInstanceOfSatisfying(ImageException.class, e -> assertThat(e.reason()).isEqualTo(cause));
  }

  private ImageReference remote(String image) throws IOException {
    return ImageReference.parse("127.0.0.1:" + port + "/" + image);
  }

  private ImageReference proxied() throws IOException {
    return ImageReference.parse("127.0.0.1:" + proxy.getAddress().getPort() + "/team/app:v1");
  }

  private ImageSettings withCredentials(String pair) throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(
        file,
        "{\"auths\":{\"127.0.0.1:%d\":{\"auth\":\"%s\"}}}"
            .formatted(
                proxy.getAddress().getPort(),
                Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))));
    return settings(Map.of(), Optional.of(file), Duration.ofSeconds(30));
  }

  private static ImageSettings settings(
      Map<String, String> mirrors, Optional<Path> dockerConfig, Duration stall) {
    return new ImageSettings(
        true,
        mirrors,
        List.of(),
        dockerConfig,
        DataSize.ofMebibytes(1024),
        10_000,
        1,
        Duration.ofSeconds(10),
        stall,
        4);
  }

  private static List<Digest> chunks(Images images, ResolvedImage image) throws IOException {
    Chunked chunked = new Chunked();
    images.write(image, writer -> writer.writeTo(chunked));
    return chunked.chunks();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Passes a request on, and at most so many bytes of the answer back. */
  private void forward(HttpExchange exchange, int most) throws IOException {
    var connection =
        (java.net.HttpURLConnection)
            java.net
                .URI
                .create("http://127.0.0.1:" + port + exchange.getRequestURI())
                .toURL()
                .openConnection();
    for (String header : List.of("Accept", "Range")) {
      String value = exchange.getRequestHeaders().getFirst(header);
      if (value != null) {
        connection.setRequestProperty(header, value);
      }
    }
    int status = connection.getResponseCode();
    if (status >= 400) {
      answer(exchange, status, "{}");
      return;
    }
    byte[] body = connection.getInputStream().readAllBytes();
    exchange.getResponseHeaders().add("Content-Type", connection.getContentType());
    exchange.sendResponseHeaders(status, body.length);
    OutputStream out = exchange.getResponseBody();
    out.write(body, 0, Math.min(body.length, most));
    out.flush();
    if (body.length > most) {
      throw new IOException("broken off");
    }
    exchange.close();
  }
}
