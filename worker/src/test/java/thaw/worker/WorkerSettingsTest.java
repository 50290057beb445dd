package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import thaw.logs.LogSettings;
import thaw.settings.SettingsBinder;

class WorkerSettingsTest {
  @Test
  void theAnnotatedDefaultsAreTheOnesInTheCode() {
    assertThat(SettingsBinder.bind(WorkerSettings.class, ConfigFactory.empty()))
        .isEqualTo(WorkerSettings.defaults());
    assertThat(SettingsBinder.bind(LogSettings.class, ConfigFactory.empty()))
        .isEqualTo(LogSettings.defaults());
  }
}
