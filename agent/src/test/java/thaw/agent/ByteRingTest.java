package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRingTest {
  private static final int LIMIT = 50_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void behavesLikeAQueueOfBytes(long seed) {
    Random random = new Random(seed);
    ByteRing ring = new ByteRing(LIMIT);
    Queue<Byte> model = new ArrayDeque<>();
    for (int i = 0; i < 2_000; i++) {
      byte[] in = new byte[random.nextInt(Math.min(9_000, LIMIT - ring.size()) + 1)];
      random.nextBytes(in);
      ring.put(ByteBuffer.wrap(in));
      for (byte b : in) {
        model.add(b);
      }
      ByteBuffer out = ByteBuffer.allocate(random.nextInt(9_000));
      int expected = Math.min(out.remaining(), model.size());
      assertThat(ring.take(out)).as("seed %d, turn %d", seed, i).isEqualTo(expected);
      byte[] taken = Arrays.copyOf(out.array(), out.position());
      byte[] modelled = new byte[expected];
      for (int k = 0; k < expected; k++) {
        modelled[k] = model.remove();
      }
      assertThat(taken).as("seed %d, turn %d", seed, i).isEqualTo(modelled);
      assertThat(ring.size()).isEqualTo(model.size());
    }
  }

  @Test
  void refusesToGrowBeyondItsLimit() {
    ByteRing ring = new ByteRing(LIMIT);
    ring.put(ByteBuffer.allocate(LIMIT));
    assertThatThrownBy(() -> ring.put(ByteBuffer.allocate(1)))
        .hasMessage("1 bytes do not fit: 50000 of 50000 are used");
  }

  @Test
  void takesNothingWhenItIsEmpty() {
    ByteRing ring = new ByteRing(LIMIT);
    ring.put(ByteBuffer.allocate(0));
    assertThat(ring.take(ByteBuffer.allocate(10))).isZero();
    ring.put(ByteBuffer.allocate(20_000));
    ring.clear();
    assertThat(ring.take(ByteBuffer.allocate(10))).isZero();
  }
}
