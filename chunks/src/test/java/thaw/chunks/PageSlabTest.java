package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PageSlabTest {
  @Test
  void aPageIsZeroAndNobodyElses() {
    PageSlab slab = new PageSlab();
    List<MemorySegment> pages = Stream.generate(slab::take).limit(100).toList();
    IntStream.range(0, 100)
        .forEach(i -> {
          assertThat(pages.get(i).byteSize()).isEqualTo(4096);
          assertThat(pages.get(i).address() % 4096).isZero();
          assertThat(pages.get(i).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
          pages.get(i).fill((byte) (i + 1));
        });
    IntStream.range(0, 100)
        .forEach(i -> assertThat(pages.get(i).toArray(ValueLayout.JAVA_BYTE)).containsOnly(i + 1));
  }
}
