package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Of sandboxes whose memory is a plain file. */
final class PlainMemoryContractTest extends ResumedContract {
  PlainMemoryContractTest() throws Exception {
    super(MemorySource.PLAIN);
  }

  @Test
  void nothingIsRecordedOfIt() throws Exception {
    assertThat(recordedTouches()).isEmpty();
  }
}
