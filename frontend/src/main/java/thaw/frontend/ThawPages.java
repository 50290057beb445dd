package thaw.frontend;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import tools.jackson.databind.json.JsonMapper;

/** Thaw's own pages, below {@code /_thaw/}: what the commands and a load balancer ask for. */
final class ThawPages {
  /** What {@code /_thaw/status} answers. */
  record PlatformStatus(
      String version, long pid, String endpoint, long uptimeMillis, Record worker) {}

  private static final byte[] HEALTHY = "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8);
  private static final Header ZIP =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/zip");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final JsonMapper MAPPER = new JsonMapper();

  private final String version;
  private final Supplier<? extends Record> worker;
  private final CodeLinks links;
  private final Function<String, Path> zips;
  private final Patience patience;
  private final Answers answers;
  private final long startedNanos = System.nanoTime();

  ThawPages(
      String version,
      Supplier<? extends Record> worker,
      CodeLinks links,
      Function<String, Path> zips,
      Patience patience,
      Answers answers) {
    this.version = version;
    this.worker = worker;
    this.links = links;
    this.zips = zips;
    this.patience = patience;
    this.answers = answers;
  }

  void health(ServerResponse response) {
    answers.json(response, Status.OK_200, HEALTHY);
  }

  void status(ServerRequest request, ServerResponse response) {
    var status =
        new PlatformStatus(
            version,
            ProcessHandle.current().pid(),
            "http://" + request.headers().get(HeaderNames.HOST).get(),
            Duration.ofNanos(System.nanoTime() - startedNanos).toMillis(),
            worker.get());
    answers.json(response, Status.OK_200, MAPPER.writeValueAsBytes(status));
  }

  /**
   * The package behind a link of GetFunction.
   *
   * @throws LambdaException ACCESS_DENIED for a link that is not valid, RESOURCE_NOT_FOUND if the
   *     package is gone since
   */
  void code(ServerRequest request, ServerResponse response, String sha256Hex) {
    links.check(
        sha256Hex,
        Query.one(request, "expires").orElse(""),
        Query.one(request, "signature").orElse(""));
    if (!SHA256.matcher(sha256Hex).matches()) {
      throw gone(sha256Hex);
    }
    try (var zip = Files.newInputStream(zips.apply(sha256Hex));
        var wait = patience.begin()) {
      response.header(ZIP);
      response.contentLength(Files.size(zips.apply(sha256Hex)));
      byte[] buffer = new byte[64 * 1024];
      try (OutputStream out = response.outputStream()) {
        for (int read = zip.read(buffer); read >= 0; read = zip.read(buffer)) {
          out.write(buffer, 0, read);
          wait.progress();
        }
      }
    } catch (NoSuchFileException e) {
      throw gone(sha256Hex);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LambdaException gone(String sha256Hex) {
    return new LambdaException(
        ErrorCode.RESOURCE_NOT_FOUND,
        "The package " + sha256Hex + " is not there any more; ask GetFunction for another link");
  }
}
