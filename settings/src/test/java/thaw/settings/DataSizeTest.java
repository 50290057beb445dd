package thaw.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "512MiB, 536870912",
    "10 GB, 10000000000",
    "1.5GiB, 1610612736",
    "7kB, 7000",
    "2TiB, 2199023255552"
  })
  void parsesDecimalAndBinaryUnits(String text, long bytes) {
    assertThat(DataSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1MiB", "12 parsecs", "0.3B", "99999999999TiB", "1e3"})
  void refusesWhatIsNoSizeAndNamesIt(String text) {
    assertThatThrownBy(() -> DataSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void printsWhatItParses() {
    for (String text : new String[] {"512MiB", "10GiB", "1000B", "3KiB", "1TiB", "0B"}) {
      assertThat(DataSize.parse(text)).hasToString(text);
    }
  }
}
