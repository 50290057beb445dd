package thaw.cli;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.PlatformProcess;
import thaw.cli.platform.RunningPlatform;
import thaw.cli.platform.ThawSettings;
import thaw.guest.GuestImageBuilder;

/** Brings a platform up in the background: first its guest images, where progress can be seen. */
final class Background {
  private final Context context;

  Background(Context context) {
    this.context = context;
  }

  /**
   * Returns the endpoint of the platform that runs on the data directory, started if there was
   * none.
   *
   * @param upArguments options of {@code thaw up} that give {@code settings}
   */
  URI start(ThawSettings settings, List<String> upArguments) throws IOException {
    PlatformFiles files = new PlatformFiles(settings.dataDir());
    Optional<RunningPlatform> running = RunningPlatform.find(files);
    if (running.isPresent()) {
      return running.get().endpoint();
    }
    GuestImageBuilder builder = new GuestImageBuilder(settings.guest());
    try (GuestImageSteps steps = new GuestImageSteps(context)) {
      builder.build(builder.offeredRuntimes(), steps);
    }
    context.err().println("Starting the platform");
    return PlatformProcess.start(files, upArguments, step -> context.err().println(step));
  }
}
