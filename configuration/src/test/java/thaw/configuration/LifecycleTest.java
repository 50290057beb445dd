package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTest {
  @ParameterizedTest
  @CsvSource({
    "CREATING, ACTIVE", "CREATING, FAILED", "ACTIVE, UPDATING",
    "UPDATING, ACTIVE", "UPDATING, FAILED", "FAILED, UPDATING"
  })
  void allowedStepsAreTaken(Lifecycle from, Lifecycle to) {
    assertThat(from.to(to)).isEqualTo(to);
  }

  @ParameterizedTest
  @CsvSource({
    "CREATING, CREATING", "CREATING, UPDATING", "ACTIVE, CREATING", "ACTIVE, ACTIVE",
    "ACTIVE, FAILED", "UPDATING, CREATING", "UPDATING, UPDATING", "FAILED, CREATING",
    "FAILED, ACTIVE", "FAILED, FAILED"
  })
  void forbiddenStepsAreRefused(Lifecycle from, Lifecycle to) {
    assertThatThrownBy(() -> from.to(to))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a function cannot go from " + from + " to " + to);
  }
}
