package thaw.sparsefs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.sparsefs.PageSource.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sparse file system, really mounted. */
final class SparseFileSystemTest {
  private static final int PAGES = 16_384;
  private static final long SIZE = (long) PAGES * PAGE_BYTES;

  @TempDir private Path directory;
  private SparseFileSystem fileSystem;
  private SandboxDirectory sandbox;
  private final MemorySegment content = Arena.ofAuto().allocate(SIZE, PAGE_BYTES);
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger pagesRead = new AtomicInteger();

  @BeforeEach
  void mount() throws IOException {
    for (long page = 0; page < PAGES; page++) {
      content.set(ValueLayout.JAVA_LONG, page * PAGE_BYTES, ~page);
    }
    fileSystem = SparseFileSystem.mount(Files.createDirectory(directory.resolve("mount")), 2);
    sandbox = fileSystem.createDirectory("sandbox", 0);
  }

  @AfterEach
  void unmount() {
    fileSystem.close();
    assertThat(directory.resolve("mount")).isEmptyDirectory();
  }

  private Path addMemory(PageSource source) {
    return sandbox.add(new SparseFile("memory", 0, SIZE, source, this::count));
  }

  private Path addDisk(PageSource source) {
    return sandbox.add(new SparseFile("disk", 0, SIZE, source, this::count, true));
  }

  private void count(long first, int pages) {
    requests.incrementAndGet();
    pagesRead.addAndGet(pages);
  }

  private Optional<MemorySegment> pageOfContent(long page) {
    return Optional.of(content.asSlice(page * PAGE_BYTES, PAGE_BYTES));
  }

  private static MemorySegment map(Path file, FileChannel.MapMode mode, Arena arena)
      throws IOException {
    StandardOpenOption[] options =
        mode.equals(FileChannel.MapMode.READ_WRITE)
            ? new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE}
            : new StandardOpenOption[] {StandardOpenOption.READ};
    try (FileChannel channel = FileChannel.open(file, options)) {
      return channel.map(mode, 0, SIZE, arena);
    }
  }

  @Test
  void randomFaultsCauseOneRequestOfOnePageEach() throws IOException {
    Path memory = addMemory(this::pageOfContent);
    long seed = System.nanoTime();
    Set<Long> touched = ConcurrentHashMap.newKeySet();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(memory, FileChannel.MapMode.READ_ONLY, arena);
      new Random(seed)
          .longs(4_000, 0, PAGES)
          .forEach(page -> {
            touched.add(page);
            assertThat(mapped.get(ValueLayout.JAVA_LONG, page * PAGE_BYTES))
                .as("seed %d page %d", seed, page)
                .isEqualTo(~page);
          });
    }
    assertThat(requests).as("seed %d", seed).hasValue(touched.size());
    assertThat(pagesRead).hasValue(touched.size());
  }

  @Test
  void prefetchedPagesCauseNoRequest() throws IOException {
    Path memory = addMemory(this::pageOfContent);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(memory, FileChannel.MapMode.READ_ONLY, arena);
      sandbox.prefetch("memory", 100, 200);
      for (long page = 100; page < 300; page++) {
        assertThat(mapped.get(ValueLayout.JAVA_LONG, page * PAGE_BYTES)).isEqualTo(~page);
      }
      assertThat(requests).hasValue(0);
      assertThat(mapped.get(ValueLayout.JAVA_LONG, 300L * PAGE_BYTES)).isEqualTo(~300L);
      assertThat(requests).hasValue(1);
    }
  }

  @Test
  void aDiskIsReadInRequestsOfTheReadersSizeAndNothingOfItIsKept() throws IOException {
    Path disk = addDisk(this::pageOfContent);
    int bytes = 4 * RequestLoop.MAX_READ_PAGES * PAGE_BYTES;
    try (FileChannel channel = FileChannel.open(disk)) {
      for (int time = 1; time <= 2; time++) {
        assertThat(read(channel, 10L * PAGE_BYTES, bytes))
            .isEqualTo(slice(10L * PAGE_BYTES, bytes));
        assertThat(requests).hasValue(4 * time);
        assertThat(pagesRead).hasValue(4 * RequestLoop.MAX_READ_PAGES * time);
      }
      assertThat(read(channel, 12_345, bytes)).isEqualTo(slice(12_345, bytes));
      assertThat(read(channel, SIZE - 100, 200)).isEqualTo(slice(SIZE - 100, 100));
    }
    assertThatThrownBy(() -> sandbox.prefetch("disk", 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDiskIsWrittenAndReadAtAnyPlace() throws IOException {
    try (WrittenPages written =
        new WrittenPages(this::pageOfContent, directory.resolve("scratch"), SIZE)) {
      Path disk = addDisk(written);
      ByteBuffer expected = slice(0, 1 << 20);
      ByteBuffer changes = ByteBuffer.allocate(300_000);
      new Random(1).nextBytes(changes.array());
      ByteBuffer copy = ByteBuffer.allocate(1 << 20).put(expected).flip();
      copy.put(12_345, changes.array());
      try (FileChannel channel =
          FileChannel.open(disk, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        channel.write(changes, 12_345);
        assertThat(read(channel, 0, 1 << 20)).isEqualTo(copy);
      }
      assertThat(written.pages().stream())
          .containsExactlyElementsOf(
              IntStream.rangeClosed(12_345 / PAGE_BYTES, 312_344 / PAGE_BYTES).boxed().toList());
    }
  }

  /** Into memory that begins with a page, as a guest's does. */
  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = Arena.ofAuto().allocate(bytes, PAGE_BYTES).asByteBuffer();
    while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {}
    return buffer.flip();
  }

  private ByteBuffer slice(long position, int bytes) {
    return content.asSlice(position, bytes).asByteBuffer();
  }

  @Test
  void aLayerLiesOverItsParentAndWhatNeitherHasIsZero() throws IOException {
    PageSource upper = page -> page % 3 == 0 ? pageOfContent(page) : Optional.empty();
    PageSource lower = page -> page % 3 == 1 ? pageOfContent(page + 1_000) : Optional.empty();
    Path memory = addMemory(upper.over(lower));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(memory, FileChannel.MapMode.READ_ONLY, arena);
      assertThat(mapped.get(ValueLayout.JAVA_LONG, 3L * PAGE_BYTES)).isEqualTo(~3L);
      assertThat(mapped.get(ValueLayout.JAVA_LONG, 4L * PAGE_BYTES)).isEqualTo(~1_004L);
      assertThat(mapped.get(ValueLayout.JAVA_LONG, 5L * PAGE_BYTES)).isZero();
    }
  }

  @Test
  void aSharedMappingDeliversExactlyThePagesItChanged() throws IOException {
    Path scratch = directory.resolve("scratch");
    try (WrittenPages written = new WrittenPages(this::pageOfContent, scratch, SIZE)) {
      Path memory = addMemory(written);
      BitSet expected = new BitSet();
      IntStream.of(7, 8, 9, 4_000, PAGES - 1).forEach(expected::set);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment mapped = map(memory, FileChannel.MapMode.READ_WRITE, arena);
        assertThat(mapped.get(ValueLayout.JAVA_LONG, 20L * PAGE_BYTES)).isEqualTo(~20L);
        expected.stream()
            .forEach(page -> mapped.set(ValueLayout.JAVA_LONG, (long) page * PAGE_BYTES + 8, page));
        mapped.force();
      }
      assertThat(written.pages()).isEqualTo(expected);
      MemorySegment page = written.page(4_000).orElseThrow();
      assertThat(page.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(~4_000L);
      assertThat(page.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(4_000L);
    }
  }

  @Test
  void aPageThatCannotBeGivenIsAnErrorAndNeverOtherBytes() throws IOException {
    Path memory =
        addMemory(page -> {
          if (page == 5) {
            throw new IOException("damaged on purpose");
          }
          return pageOfContent(page);
        });
    try (FileChannel channel = FileChannel.open(memory)) {
      assertThat(channel.read(ByteBuffer.allocate(PAGE_BYTES), 4L * PAGE_BYTES))
          .isEqualTo(PAGE_BYTES);
      assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(PAGE_BYTES), 5L * PAGE_BYTES))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void eachInodeIsReadForItself() throws IOException {
    addMemory(this::pageOfContent);
    SandboxDirectory other = fileSystem.createDirectory("other", 0);
    other.add(
        new SparseFile(
            "memory", 0, SIZE, this::pageOfContent, (first, pages) -> requests.incrementAndGet()));
    for (SandboxDirectory each : new SandboxDirectory[] {sandbox, other}) {
      try (FileChannel channel = FileChannel.open(each.path().resolve("memory"))) {
        channel.read(ByteBuffer.allocate(8), 0);
      }
    }
    assertThat(requests).hasValue(2);
  }

  @Test
  void filesAreReadOnlyUnlessMadeOfWrittenPages() {
    Path memory = addMemory(this::pageOfContent);
    assertThatThrownBy(() -> FileChannel.open(memory, StandardOpenOption.WRITE))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aClosedDirectoryIsGone() throws IOException {
    Path memory = addMemory(this::pageOfContent);
    assertThat(Files.size(memory)).isEqualTo(SIZE);
    sandbox.close();
    assertThat(memory).doesNotExist();
    assertThat(directory.resolve("mount")).isEmptyDirectory();
  }

  @Test
  void anotherUserSeesNothing() throws Exception {
    Path mine = addMemory(this::pageOfContent);
    Process other =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "cat",
                mine.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).isNotZero();
    assertThat(said).contains("Permission denied");
  }
}
