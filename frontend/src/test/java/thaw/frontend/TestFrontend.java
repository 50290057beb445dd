package thaw.frontend;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import thaw.code.CodeSettings;
import thaw.code.CodeStore;
import thaw.configuration.ConfigurationService;
import thaw.configuration.ConfigurationSettings;
import thaw.configuration.DataDirectory;
import thaw.images.ImageSettings;
import thaw.images.ImageStore;
import thaw.model.InvocationResult;
import thaw.model.InvocationTimings;
import thaw.model.SandboxCredentials;
import thaw.settings.SettingsBinder;

/**
 * A frontend with a real configuration service and code store behind it, and an invoker of the
 * test's instead of a worker with its VMs.
 */
final class TestFrontend implements AutoCloseable {
  static final String ROLE = "arn:aws:iam::000000000000:role/r";

  /** Answers every invocation with its own payload, and with a log if one is wanted. */
  static final Invoker ECHO =
      (function, invocation) ->
          new InvocationResult(
              invocation.payload(),
              Optional.empty(),
              (invocation.tail() ? "the log\n" : "").getBytes(StandardCharsets.UTF_8),
              new InvocationTimings(0, 0, 1_234));

  private record WorkerStatus(String driver) {}

  private final DataDirectory directory;
  private final ConfigurationService functions;
  private final Frontend frontend;
  private final Frontend forSandboxes;
  private volatile Invoker invoker = ECHO;

  private TestFrontend(
      Path path, Map<String, ?> settings, IntFunction<Optional<SandboxCredentials>> callers)
      throws IOException {
    this.directory = DataDirectory.open(path);
    var code =
        new CodeStore(
            directory.code(), SettingsBinder.bind(CodeSettings.class, ConfigFactory.empty()));
    this.functions =
        ConfigurationService.open(
            directory,
            code,
            new ImageStore(directory.images(), ImageSettings.defaults(), Optional.empty()),
            ConfigurationSettings.defaults());
    var backend =
        new Frontend.Backend(
            "1.2.3",
            "000000000000",
            "us-east-1",
            functions,
            code::zip,
            (function, invocation) -> invoker.invoke(function, invocation),
            () -> new WorkerStatus("fake"));
    this.frontend = Frontend.start(settings(settings), backend);
    this.forSandboxes = Frontend.startForSandboxes(settings(settings), backend, callers);
  }

  static FrontendSettings settings(Map<String, ?> changes) {
    return SettingsBinder.bind(
        FrontendSettings.class,
        ConfigFactory.parseMap(changes)
            .withFallback(ConfigFactory.parseMap(Map.of("listen", "127.0.0.1:0"))));
  }

  static TestFrontend start(Path directory) throws IOException {
    return new TestFrontend(directory, Map.of(), port -> Optional.empty());
  }

  static TestFrontend start(Path directory, Map<String, ?> settings) throws IOException {
    return new TestFrontend(directory, settings, port -> Optional.empty());
  }

  /** With callers of the data endpoint, by their ports. */
  static TestFrontend start(Path directory, IntFunction<Optional<SandboxCredentials>> callers)
      throws IOException {
    return new TestFrontend(directory, Map.of(), callers);
  }

  /** The API for functions. */
  URI dataEndpoint() {
    return forSandboxes.endpoint();
  }

  void invoker(Invoker changed) {
    invoker = changed;
  }

  URI endpoint() {
    return frontend.endpoint();
  }

  RawHttp connect() throws IOException {
    return RawHttp.connect(endpoint());
  }

  /** One request on a connection of its own. */
  RawHttp.Answer send(String method, String path, String body, String... headers)
      throws IOException {
    try (var http = connect()) {
      return http.send(method, path, body, headers);
    }
  }

  /** Creates a function and returns when it is active. */
  void createActive(String name) throws IOException {
    var created = send("POST", "/2015-03-31/functions", createJson(name));
    if (created.status() != 201) {
      throw new IllegalStateException(created.toString());
    }
    awaitActive(name);
  }

  void awaitActive(String name) {
    Awaitility.await()
        .until(() ->
            send("GET", "/2015-03-31/functions/" + name + "/configuration", "")
                .text()
                .contains("\"State\":\"Active\""));
  }

  static String createJson(String name) {
    return "{\"FunctionName\":\"%s\",\"Runtime\":\"python3.13\",\"Role\":\"%s\",\"Handler\":\"app.h\",\"Code\":{\"ZipFile\":\"%s\"}}"
        .formatted(name, ROLE, java.util.Base64.getEncoder().encodeToString(zip("app.py", "")));
  }

  static byte[] zip(String name, String content) {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content.getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() throws IOException {
    forSandboxes.close();
    frontend.close();
    functions.close();
    directory.close();
  }
}
