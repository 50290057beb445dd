package thaw.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import thaw.cli.platform.ThawSettings;

/** Examines this machine; changes nothing that a start of the platform would not change. */
public final class Doctor {
  private static final List<Path> STANDARD_PATH =
      List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));

  private final ThawSettings settings;
  private final List<Path> path;

  /**
   * @param path the environment's PATH
   */
  public Doctor(ThawSettings settings, String path) {
    this.settings = settings;
    this.path =
        Stream.concat(
                Arrays.stream(path.split(":", -1)).filter(p -> !p.isEmpty()).map(Path::of),
                STANDARD_PATH.stream())
            .distinct()
            .toList();
  }

  /** Everything, the accelerator last: proving KVM takes a boot. */
  public List<Check> examine() throws IOException {
    List<Check> checks = new ArrayList<>();
    checks.add(Check.ok("jdk", System.getProperty("java.home") + " (" + Runtime.version() + ")"));
    checks.add(root());
    checks.addAll(new Programs(path).check());
    checks.addAll(
        new Resources(Path.of("/")).check(settings.dataDir(), settings.guest().cacheDir()));
    if (settings.driver() == ThawSettings.Driver.CONTAINER) {
      checks.add(
          Check.warn(
              "driver",
              "functions run in containers, which share this host's kernel and are no boundary"
                  + " between tenants",
              "Run only code that you trust, or set driver = microvm."));
    }
    checks.addAll(new Acceleration(settings).check());
    return checks;
  }

  private static Check root() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
        ? Check.ok("root", "running as root")
        : Check.fail("root", "not running as root", "Run thaw as root: sudo ./thaw doctor");
  }
}
