package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VmSizeTest {
  @ParameterizedTest
  @CsvSource({
    "128, 624, 1",
    "512, 624, 1",
    "513, 2208, 1",
    "1769, 2208, 1",
    "1770, 2208, 2",
    "2049, 10656, 2",
    "10240, 10656, 6"
  })
  void aFunctionGetsTheSmallestVmThatHoldsIt(int memorySizeMb, int memoryMb, int vcpus) {
    assertThat(VmSize.of(memorySizeMb, Accelerator.KVM, 64)).isEqualTo(new VmSize(memoryMb, vcpus));
  }

  @Test
  void aVmNeverHasMoreProcessorsThanItsHost() {
    assertThat(VmSize.of(10_240, Accelerator.KVM, 2).vcpus()).isEqualTo(2);
  }

  @Test
  void anEmulatedVmHasOneProcessor() {
    assertThat(VmSize.of(10_240, Accelerator.TCG, 64).vcpus()).isEqualTo(1);
  }

  @Test
  void moreThanTheLargestVmIsRefused() {
    assertThatThrownBy(() -> VmSize.of(10_241, Accelerator.TCG, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10241");
  }
}
