package thaw.cli.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.UserError;
import thaw.configuration.DataDirectory;
import thaw.guest.GuestBuildException;

/** Runs a platform in this process until SIGTERM or SIGINT. */
public final class PlatformRunner {
  private static final Logger log = LoggerFactory.getLogger(PlatformRunner.class);

  private final Context context;

  public PlatformRunner(Context context) {
    this.context = context;
  }

  /**
   * Starts the platform and does not return while it runs.
   *
   * @param readyOnStdout whether to speak to a {@link PlatformProcess} at stdout's other end
   * @throws UserError if it cannot start, saying why
   */
  public int run(ThawSettings settings, boolean readyOnStdout) throws InterruptedException {
    PlatformFiles files = new PlatformFiles(settings.dataDir());
    Announcer announcer = new Announcer(context, readyOnStdout);
    try {
      DataDirectory directory = DataDirectory.open(settings.dataDir());
      files.create();
      Files.deleteIfExists(files.state());
      Logging.configure(settings.platform(), files, !readyOnStdout);
      Platform platform = Platform.start(settings, directory, announcer::step);
      new RunningPlatform(ProcessHandle.current().pid(), platform.endpoint(), Instant.now())
          .write(files.state());
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("shutdown")
                  .unstarted(() -> end(platform, directory, files, ended)));
      log.info("up at {}, data in {}", platform.endpoint(), settings.dataDir());
      announcer.ready(platform.endpoint());
      ended.await();
      return ExitCodes.OK;
    } catch (IOException
        | UncheckedIOException
        | GuestBuildException
        | IllegalArgumentException e) {
      log.error("the platform cannot start", e);
      String message = Optional.ofNullable(e.getMessage()).orElse(e.toString());
      announcer.failed(message);
      throw new UserError(
          "the platform cannot start: " + message, "thaw doctor examines this machine.");
    }
  }

  private static void end(
      Platform platform, DataDirectory directory, PlatformFiles files, CountDownLatch ended) {
    log.info("ending");
    platform.close();
    try {
      Files.deleteIfExists(files.state());
      directory.close();
    } catch (IOException e) {
      log.warn("could not give up {}", files.dataDir(), e);
    }
    log.info("ended");
    Logging.close();
    ended.countDown();
  }
}
