package thaw.chunks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract against S3Mock, an S3 that others wrote, in a process of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3MockOriginTest extends OriginContract {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern HTTP_PORT = Pattern.compile("started on port.* ([0-9]+) \\(http\\)");

  private Process process;
  private String endpoint;
  private S3Origin origin;
  private int tests;

  @BeforeAll
  void startServer(@TempDir Path directory) throws IOException {
    Path log = directory.resolve("s3mock.log");
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                Path.of("target/s3mock/s3mock.jar").toAbsolutePath().toString(),
                "--server.port=0",
                "--http.port=0",
                "--com.adobe.testing.s3mock.store.root="
                    + Files.createDirectory(directory.resolve("store")))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    endpoint =
        "http://127.0.0.1:"
            + Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .failFast("S3Mock ended", () -> !process.isAlive())
                .until(() -> httpPort(Files.readString(log)), port -> !port.isEmpty());
  }

  private static String httpPort(String log) {
    Matcher matcher = HTTP_PORT.matcher(log);
    return matcher.find() ? matcher.group(1) : "";
  }

  private int send(String method, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(endpoint + path))
            .timeout(Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @BeforeEach
  void open() throws Exception {
    String bucket = "bucket-" + tests++;
    send("PUT", "/" + bucket);
    origin = S3Origins.open(endpoint, bucket, Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    origin.close();
  }

  @AfterAll
  void stopServer() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  Origin origin() {
    return origin;
  }
}
