package thaw.cli;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.client.HttpClient;
import thaw.cli.client.LambdaClient;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.RunningPlatform;

/** Which platform a command talks to. */
public final class EndpointOptions {
  private static final URI DEFAULT_ENDPOINT = URI.create("http://127.0.0.1:9000");

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "The platform's address (default: the one that runs on the data directory, else"
              + " http://127.0.0.1:9000; THAW_ENDPOINT).")
  private @Nullable URI endpoint;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  SettingsOptions settings() {
    return settings;
  }

  /** What functions run in, on a platform that is started here. */
  public void driver(String name) {
    settings.set("driver", name);
  }

  /** Empty if neither option nor environment names one. */
  Optional<URI> given(Context context) {
    return Optional.ofNullable(endpoint)
        .or(() -> context.variable("THAW_ENDPOINT").map(EndpointOptions::parse));
  }

  /**
   * The platform's, started in the background if no address is given and none is up.
   *
   * @param runtimes that will be needed
   */
  public URI upEndpoint(Context context, Set<String> runtimes) throws IOException {
    Optional<URI> given = given(context);
    return given.isPresent()
        ? given.get()
        : new Background(context)
            .start(settings.load(context), settings.arguments(context), runtimes);
  }

  HttpClient http(Context context) {
    return new HttpClient(
        given(context)
            .or(() -> running(context).map(RunningPlatform::endpoint))
            .orElse(DEFAULT_ENDPOINT));
  }

  LambdaClient lambda(Context context) {
    return new LambdaClient(http(context));
  }

  Optional<RunningPlatform> running(Context context) {
    return RunningPlatform.find(new PlatformFiles(settings.dataDir(context)));
  }

  private static URI parse(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "THAW_ENDPOINT=" + text + " is not a URL", "Write it as http://HOST:PORT.");
    }
  }
}
