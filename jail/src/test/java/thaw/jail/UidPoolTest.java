package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UidPoolTest {
  @TempDir private Path directory;

  @Test
  void noTwoThatLiveShareAnIdAndTheOldestFreeOneComesNext() throws IOException {
    try (UidPool pool = UidPool.open(directory, 1000, 3)) {
      assertThat(pool.take()).isEqualTo(1000);
      assertThat(pool.take()).isEqualTo(1001);
      pool.giveBack(1000);
      assertThat(pool.take()).isEqualTo(1002);
      assertThat(pool.take()).isEqualTo(1000);
    }
  }

  @Test
  void anEmptyPoolSaysSo() throws IOException {
    try (UidPool pool = UidPool.open(directory, 1000, 1)) {
      pool.take();
      assertThatThrownBy(pool::take).isInstanceOf(IOException.class).hasMessageContaining("all 1");
    }
  }

  @Test
  void twoPoolsTakeDifferentBlocksUntilOneIsClosed() throws IOException {
    try (UidPool first = UidPool.open(directory, 1000, 10)) {
      assertThat(first.take()).isEqualTo(1000);
      try (UidPool second = UidPool.open(directory, 1000, 10)) {
        assertThat(second.take()).isEqualTo(1010);
      }
    }
    try (UidPool third = UidPool.open(directory, 1000, 10)) {
      assertThat(third.take()).isEqualTo(1000);
    }
  }
}
