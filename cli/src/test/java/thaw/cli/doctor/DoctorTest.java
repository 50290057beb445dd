package thaw.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.cli.platform.ThawSettings;
import thaw.settings.SettingsBinder;

class DoctorTest {
  @TempDir private Path directory;

  private List<String> checks(String driver) throws IOException {
    Map<String, ?> settings =
        Map.of(
            "driver",
            driver,
            "dataDir",
            directory.toString(),
            "guest.cacheDir",
            directory.toString());
    return new Doctor(SettingsBinder.bind(ThawSettings.class, ConfigFactory.parseMap(settings)), "")
        .examine().stream().map(Check::name).toList();
  }

  @Test
  void containersAreNotAskedForAnAccelerator() throws IOException {
    assertThat(checks("microvm")).contains("kvm", "guest-images").doesNotContain("driver");
    assertThat(checks("container")).contains("driver", "guest-images").doesNotContain("kvm");
  }

  @Test
  void underEmulationAShortLimitOfInitIsToldWithWhatToSet() {
    assertThat(Acceleration.initAdvice(Duration.ofSeconds(10)))
        .contains("more than 10 s for INIT: set worker.initTimeout = 60s.");
    assertThat(Acceleration.initAdvice(Duration.ofSeconds(60))).isEmpty();
  }
}
