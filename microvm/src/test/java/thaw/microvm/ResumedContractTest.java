package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Of sandboxes whose pages move when they are touched. */
final class ResumedContractTest extends ResumedContract {
  ResumedContractTest() throws Exception {
    super(MemorySource.SPARSE);
  }

  @Test
  void whatItTouchesIsRecorded() throws Exception {
    assertThat(recordedTouches()).hasSizeGreaterThan(100);
  }
}
