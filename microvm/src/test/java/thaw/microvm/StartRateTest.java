package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StartRateTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void asManyAreWantedWhileOneIsMadeAsLittlesLawSays() {
    StartRate rate = new StartRate(0);
    for (int i = 0; i < 6_000; i++) {
      rate.wanted(i * SECOND / 10);
    }
    rate.made(Duration.ofMillis(500));

    assertThat(rate.perSecond(600 * SECOND)).isCloseTo(10, within(0.1));
    assertThat(rate.wantedWhileMaking(600 * SECOND)).isCloseTo(5, within(0.1));
  }

  @Test
  void aRateIsForgottenWithinMinutes() {
    StartRate rate = new StartRate(0);
    for (int i = 0; i < 100; i++) {
      rate.wanted(0);
    }
    rate.made(Duration.ofSeconds(1));

    assertThat(rate.wantedWhileMaking(600 * SECOND)).isLessThan(0.001);
  }

  @Test
  void nothingIsWantedOfWhatWasNeverAskedFor() {
    StartRate rate = new StartRate(0);
    rate.made(Duration.ofSeconds(1));

    assertThat(rate.wantedWhileMaking(SECOND)).isZero();
  }
}
