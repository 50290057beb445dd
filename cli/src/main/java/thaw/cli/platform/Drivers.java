package thaw.cli.platform;

import java.io.IOException;
import java.util.function.Consumer;
import thaw.container.ContainerDriver;
import thaw.guest.GuestImages;
import thaw.microvm.Accelerator;
import thaw.microvm.MicrovmDriver;
import thaw.sandbox.SandboxDriver;

/** Opens the sandbox driver that the settings name. */
final class Drivers {
  /**
   * A driver.
   *
   * @param images takes other images for the sandboxes that start from then on
   * @param makesSnapshots whether starts can go on from snapshot layers
   */
  record Opened(SandboxDriver driver, RuntimeImages.User images, boolean makesSnapshots) {}

  private Drivers() {}

  /**
   * Opens it.
   *
   * @param step hears what is being done, for who waits
   */
  static Opened open(
      ThawSettings settings, PlatformFiles files, GuestImages images, Consumer<String> step)
      throws IOException {
    return switch (settings.driver()) {
      case MICROVM -> {
        step.accept("Looking for a way to run virtual machines");
        MicrovmDriver driver =
            MicrovmDriver.open(
                settings.microvm(),
                files.sandboxDisks(),
                PlatformFiles.driverCache(settings),
                images);
        if (driver.accelerator() == Accelerator.TCG) {
          step.accept("Virtual machines are emulated, so all is slower (thaw doctor tells why)");
        }
        yield new Opened(driver, driver::use, true);
      }
      case CONTAINER -> {
        step.accept("Functions run in containers: no boundary, so run only code that you trust");
        ContainerDriver driver =
            ContainerDriver.open(
                settings.container(),
                files.sandboxDisks(),
                settings.guest().cacheDir().resolve("container"),
                images);
        yield new Opened(driver, driver::use, false);
      }
    };
  }
}
