package thaw.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.ThawSettings;
import thaw.guest.BuildProgress;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImageCatalog;
import thaw.guest.GuestImages;
import thaw.microvm.Accelerator;
import thaw.microvm.MicrovmDriver;

/** What executes guests here. KVM counts when a guest has booted under it, and not before. */
final class Acceleration {
  private static final Duration EMULATED_INIT = Duration.ofMinutes(1);
  private static final Path KVM = Path.of("/dev/kvm");

  private final ThawSettings settings;

  Acceleration(ThawSettings settings) {
    this.settings = settings;
  }

  List<Check> check() throws IOException {
    int sets = new GuestImageCatalog(settings.guest().cacheDir()).list().size();
    if (sets == 0) {
      Check none =
          Check.warn("guest-images", "none are built", "Build them with: thaw images --build");
      return isContainer()
          ? List.of(none)
          : List.of(
              none,
              Check.warn(
                  "kvm",
                  Files.exists(KVM)
                      ? "/dev/kvm is there, which proves nothing"
                      : "there is no /dev/kvm",
                  "Only a boot proves it: build the guest images first, then ask again."));
    }
    GuestImages images =
        new GuestImageBuilder(settings.guest()).build(Set.of(), BuildProgress.NONE);
    Check built =
        Check.ok("guest-images", images.identity() + " in " + settings.guest().cacheDir());
    return isContainer() ? List.of(built) : List.of(built, accelerator(images));
  }

  /** Containers need no accelerator. */
  private boolean isContainer() {
    return settings.driver() == ThawSettings.Driver.CONTAINER;
  }

  private Check accelerator(GuestImages images) {
    PlatformFiles files = new PlatformFiles(settings.dataDir());
    try (MicrovmDriver driver =
        MicrovmDriver.open(
            settings.microvm(),
            files.sandboxDisks(),
            PlatformFiles.driverCache(settings),
            images)) {
      return driver.accelerator() == Accelerator.KVM
          ? Check.ok("kvm", "a guest booted under KVM")
          : Check.warn(
              "kvm",
              "guests are emulated (TCG): " + obstacle(),
              "Use a machine, or a VM with nested virtualisation, whose KVM runs guests."
                  + initAdvice(settings.worker().initTimeout()));
    } catch (IOException e) {
      return Check.fail(
          "kvm", String.valueOf(e.getMessage()), "Correct that, or set microvm.accelerator = tcg.");
    }
  }

  /** A JVM and a large jar take longer to start under emulation than AWS's limit allows. */
  static String initAdvice(Duration limit) {
    return limit.compareTo(EMULATED_INIT) >= 0
        ? ""
        : " Until then large functions, java's above all, need more than %d s for INIT: set worker.initTimeout = %ds."
            .formatted(limit.toSeconds(), EMULATED_INIT.toSeconds());
  }

  private String obstacle() {
    return Files.exists(KVM)
        ? "/dev/kvm is there, but no guest booted under it"
        : "there is no /dev/kvm";
  }
}
