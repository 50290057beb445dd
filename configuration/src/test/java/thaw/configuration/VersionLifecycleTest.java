package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionLifecycleTest {
  private static final Set<String> ALLOWED =
      Set.of(
          "PENDING ACTIVE",
          "PENDING FAILED",
          "ACTIVE INACTIVE",
          "INACTIVE RESTORING",
          "RESTORING ACTIVE",
          "RESTORING INACTIVE");

  @Test
  void allowedStepsAreTakenAndEveryOtherIsRefused() {
    for (VersionLifecycle from : VersionLifecycle.values()) {
      for (VersionLifecycle to : VersionLifecycle.values()) {
        if (ALLOWED.contains(from + " " + to)) {
          assertThat(from.to(to)).isEqualTo(to);
        } else {
          assertThatThrownBy(() -> from.to(to))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("a version cannot go from " + from + " to " + to);
        }
      }
    }
  }
}
