package thaw.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerTimingTest {
  @Test
  void namesAndDurationsAreRead() {
    ServerTiming timing =
        ServerTiming.parse(
            "sandbox;dur=2913.04, init;desc=\"INIT\";dur=120, cold, handler;dur=2.1");
    assertThat(timing.describe()).isEqualTo("sandbox 2,913.0 ms, init 120.0 ms, handler 2.1 ms");
    assertThat(timing.millis("handler")).hasValue(2.1);
    assertThat(timing.millis("cold")).isEmpty();
  }

  @Test
  void noHeaderIsNoTiming() {
    assertThat(ServerTiming.parse("").describe()).isEmpty();
  }
}
