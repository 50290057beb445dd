package thaw.sparsefs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.sparsefs.PageSource.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WrittenPagesTest {
  private static final int PAGES = 64;

  @TempDir private Path directory;
  private final MemorySegment parent = filled(1);

  private static MemorySegment filled(int value) {
    return Arena.ofAuto().allocate(PAGE_BYTES, PAGE_BYTES).fill((byte) value);
  }

  private static int at(WrittenPages pages, long page, long offset) throws IOException {
    return pages.page(page).orElseThrow().get(ValueLayout.JAVA_BYTE, offset);
  }

  @Test
  void theRestOfAPageThatIsWrittenInPartIsTheParents() throws IOException {
    try (WrittenPages pages =
        new WrittenPages(
            page -> Optional.of(parent), directory.resolve("scratch"), PAGES * PAGE_BYTES)) {
      pages.write(3L * PAGE_BYTES + 100, filled(2));
      pages.write(5L * PAGE_BYTES + 10, filled(3).asSlice(0, 10));
      assertThat(at(pages, 3, 99)).isEqualTo(1);
      assertThat(at(pages, 3, 100)).isEqualTo(2);
      assertThat(at(pages, 4, 99)).isEqualTo(2);
      assertThat(at(pages, 4, 100)).isEqualTo(1);
      assertThat(at(pages, 5, 9)).isEqualTo(1);
      assertThat(at(pages, 5, 10)).isEqualTo(3);
      assertThat(at(pages, 5, 20)).isEqualTo(1);
      assertThat(pages.pages().stream()).containsExactly(3, 4, 5);
    }
  }

  @Test
  void whatAFullDiskDoesNotTakeIsAnErrorAndNeverTheParentsPage() throws IOException {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), 1);
        WrittenPages pages =
            new WrittenPages(
                page -> Optional.of(parent), disk.path().resolve("scratch"), PAGES * PAGE_BYTES)) {
      pages.write(0, filled(2));
      Path filler = disk.fill();
      assertThatThrownBy(() -> pages.write(PAGE_BYTES, filled(2)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThat(at(pages, 0, 0)).isEqualTo(2);
      assertThatThrownBy(() -> pages.page(1)).isInstanceOf(IOException.class);
      assertThat(at(pages, 2, 0)).isEqualTo(1);

      Files.delete(filler);
      pages.write(PAGE_BYTES, filled(3));
      assertThat(at(pages, 1, 0)).isEqualTo(3);
    }
  }
}
