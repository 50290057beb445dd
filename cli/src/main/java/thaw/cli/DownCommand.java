package thaw.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.RunningPlatform;
import thaw.cli.platform.ThawSettings;

@Command(
    name = "down",
    description = {
      "Stops the platform: no new invocations, running ones may finish, sandboxes end.",
      "Functions, code and logs stay. Nothing happens if none runs."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw down", "  thaw down --data-dir /srv/thaw"})
final class DownCommand implements Callable<Integer> {
  /** What ending all sandboxes may take after the grace for invocations. */
  private static final Duration ENDING = Duration.ofSeconds(30);

  private final Context context;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  DownCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    ThawSettings thaw = settings.load(context);
    Optional<RunningPlatform> running = RunningPlatform.find(new PlatformFiles(thaw.dataDir()));
    Optional<ProcessHandle> process = running.flatMap(r -> ProcessHandle.of(r.pid()));
    if (process.isEmpty()) {
      context.err().println("No platform runs on " + thaw.dataDir() + ".");
      return ExitCodes.OK;
    }
    long pid = process.get().pid();
    Duration patience = thaw.frontend().shutdownGrace().plus(ENDING);
    process.get().destroy();
    if (!ended(process.get(), patience)) {
      context
          .err()
          .println(
              "thaw: pid " + pid + " did not end in " + patience.toSeconds() + " s; killing it");
      process.get().destroyForcibly();
      if (!ended(process.get(), ENDING)) {
        throw new UserError(
            "pid " + pid + " cannot be killed", "See what it waits for: ps -fp " + pid);
      }
    }
    context.err().println("The platform (pid " + pid + ") is down.");
    return ExitCodes.OK;
  }

  private static boolean ended(ProcessHandle process, Duration patience)
      throws InterruptedException, ExecutionException {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }
}
