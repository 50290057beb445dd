package thaw.cli;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
   * @param runtimes that will be needed: their images are built first, where the progress is seen
   */
  URI start(ThawSettings settings, List<String> upArguments, Set<String> runtimes)
      throws IOException {
    PlatformFiles files = new PlatformFiles(settings.dataDir());
    Optional<RunningPlatform> running = RunningPlatform.find(files);
    if (running.isPresent()) {
      return running.get().endpoint();
    }
    GuestImageBuilder builder = new GuestImageBuilder(settings.guest());
    try (GuestImageSteps steps = new GuestImageSteps(context)) {
      Set<String> wanted = new TreeSet<>(builder.offeredRuntimes());
      wanted.retainAll(guestRuntimes(settings, runtimes)); // others are refused by name later
      builder.build(wanted, steps);
    }
    context.err().println("Starting the platform");
    return PlatformProcess.start(files, upArguments, step -> context.err().println(step));
  }

  private static Set<String> guestRuntimes(ThawSettings settings, Set<String> runtimes) {
    return runtimes.stream()
        .map(name -> settings.configuration().runtimeAliases().getOrDefault(name, name))
        .collect(Collectors.toSet());
  }
}
