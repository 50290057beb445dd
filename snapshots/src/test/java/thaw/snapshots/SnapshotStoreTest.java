package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.sparsefs.PageSource.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.sparsefs.PageSource;

final class SnapshotStoreTest {
  private static final int PAGES = 1_024;
  private static final long BYTES = (long) PAGES * PAGE_BYTES;
  private static final byte[] STATE = SnapshotKey.random(100_001);

  @TempDir private Path directory;
  private SnapshotStore store;
  private KeyRing keys;
  private final MemorySegment baseMemory = Arena.ofAuto().allocate(BYTES, PAGE_BYTES);
  private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, PAGE_BYTES);

  @BeforeEach
  void open() throws IOException {
    store = SnapshotStore.open(directory.resolve("snapshots"));
    keys = new KeyRing(directory.resolve("keys"));
    fillRandomly(baseMemory, 0, 700, 1);
    memory.copyFrom(baseMemory);
    fillRandomly(memory, 100, 300, 2);
    fillRandomly(memory, 900, 910, 3);
    memory.asSlice(50L * PAGE_BYTES, PAGE_BYTES).fill((byte) 0);
  }

  private static void fillRandomly(MemorySegment memory, int from, int to, long seed) {
    byte[] bytes = new byte[(to - from) * PAGE_BYTES];
    new Random(seed).nextBytes(bytes);
    memory.asSlice((long) from * PAGE_BYTES, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }

  private static PageSource source(MemorySegment memory) {
    return page -> Optional.of(memory.asSlice(page * PAGE_BYTES, PAGE_BYTES));
  }

  private static SnapshotHeader header(SnapshotHeader.Kind kind, Optional<String> parent) {
    return new SnapshotHeader(kind, parent, Map.of("kernel", "6.1"), 1, BYTES, BYTES);
  }

  private static BitSet all() {
    BitSet all = new BitSet();
    all.set(0, PAGES);
    return all;
  }

  private SnapshotLayer writeBase() throws IOException {
    SnapshotHeader header = header(SnapshotHeader.Kind.BASE, Optional.empty());
    store.write(
        new LayerDraft(
            header,
            Optional.empty(),
            all(),
            source(baseMemory),
            new BitSet(),
            PageSource.zeros(),
            STATE),
        keys.service());
    return store.open(header.id(), keys.service(), Optional.empty()).orElseThrow();
  }

  private SnapshotHeader writeFunction(SnapshotLayer base, SnapshotKey key) throws IOException {
    SnapshotHeader header = header(SnapshotHeader.Kind.FUNCTION, Optional.of(base.header().id()));
    store.write(
        new LayerDraft(
            header, Optional.of(base), all(), source(memory), all(), source(memory), STATE),
        key);
    return header;
  }

  @Test
  void aLayerOverItsParentGivesBackEveryPage() throws IOException {
    try (SnapshotLayer base = writeBase()) {
      SnapshotKey key = keys.function("000000000000", "f");
      SnapshotHeader header = writeFunction(base, key);
      try (SnapshotLayer layer = store.open(header.id(), key, Optional.of(base)).orElseThrow()) {
        for (int page = 0; page < PAGES; page++) {
          MemorySegment wanted = memory.asSlice((long) page * PAGE_BYTES, PAGE_BYTES);
          assertThat(layer.memory().page(page).orElse(PageSource.ZERO_PAGE).mismatch(wanted))
              .as("page %d", page)
              .isEqualTo(-1);
        }
        assertThat(layer.deviceState()).isEqualTo(STATE);
        assertThat(layer.header()).isEqualTo(header);
      }
    }
  }

  @Test
  void onlyPagesThatDifferFromTheParentAreStored() throws IOException {
    try (SnapshotLayer base = writeBase()) {
      assertThat(base.ownPages()).isEqualTo(700);
      SnapshotHeader header = writeFunction(base, keys.service());
      try (SnapshotLayer layer =
          store.open(header.id(), keys.service(), Optional.of(base)).orElseThrow()) {
        int changedMemory = 200 + 10 + 1;
        int wholeDisk = 700 + 10 - 1;
        assertThat(layer.ownPages()).isEqualTo(changedMemory + wholeDisk);
      }
    }
  }

  @Test
  void chunksAreReadOnlyWhenTouched() throws IOException {
    try (SnapshotLayer base = writeBase()) {
      assertThat(base.residentBytes()).isZero();
      base.memory().page(0);
      assertThat(base.residentBytes()).isEqualTo(Chunks.CHUNK_BYTES);
    }
  }

  @Test
  void aFlippedBitAnywhereIsFound() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    SnapshotHeader header;
    try (SnapshotLayer base = writeBase()) {
      header = base.header();
    }
    Path layer = directory.resolve("snapshots").resolve(header.id());
    for (String name : List.of(SnapshotStore.MANIFEST, SnapshotStore.CHUNKS)) {
      byte[] good = Files.readAllBytes(layer.resolve(name));
      for (int round = 0; round < 20; round++) {
        byte[] bad = good.clone();
        int bit = random.nextInt(bad.length * 8);
        bad[bit / 8] ^= (byte) (1 << (bit % 8));
        Files.write(layer.resolve(name), bad);
        assertThatThrownBy(() -> readAll(header))
            .as("seed %d, bit %d of %s", seed, bit, name)
            .isInstanceOf(DamagedSnapshotException.class);
      }
      Files.write(layer.resolve(name), Arrays.copyOf(good, good.length / 2));
      assertThatThrownBy(() -> readAll(header)).isInstanceOf(DamagedSnapshotException.class);
      Files.write(layer.resolve(name), good);
    }
    readAll(header);
  }

  private void readAll(SnapshotHeader header) throws IOException {
    try (SnapshotLayer layer =
        store.open(header.id(), keys.service(), Optional.empty()).orElseThrow()) {
      for (int page = 0; page < PAGES; page++) {
        layer.memory().page(page);
      }
      layer.deviceState();
    }
  }

  @Test
  void anotherKeyNeverOpensALayer() throws IOException {
    try (SnapshotLayer base = writeBase()) {
      SnapshotHeader header = writeFunction(base, keys.function("111111111111", "f"));
      for (SnapshotKey wrong :
          List.of(
              keys.service(),
              keys.function("222222222222", "f"),
              keys.function("111111111111", "g"))) {
        assertThatThrownBy(() -> store.open(header.id(), wrong, Optional.of(base)))
            .isInstanceOf(DamagedSnapshotException.class);
      }
    }
  }

  @Test
  void aDestroyedKeyIsGoneForGood() throws IOException {
    try (SnapshotLayer base = writeBase()) {
      SnapshotHeader header = writeFunction(base, keys.function("111111111111", "f"));
      keys.destroyFunction("111111111111", "f");
      assertThat(keys.existingFunction("111111111111", "f")).isEmpty();
      assertThatThrownBy(
              () -> store.open(header.id(), keys.function("111111111111", "f"), Optional.of(base)))
          .isInstanceOf(DamagedSnapshotException.class);
    }
  }

  @Test
  void plaintextIsNowhereOnDisk() throws IOException {
    byte[] marker = "a secret that the function read during INIT".getBytes(StandardCharsets.UTF_8);
    baseMemory.asSlice(10L * PAGE_BYTES, marker.length).copyFrom(MemorySegment.ofArray(marker));
    try (SnapshotLayer base = writeBase()) {
      Path layer = directory.resolve("snapshots").resolve(base.header().id());
      String chunks =
          Files.readString(layer.resolve(SnapshotStore.CHUNKS), StandardCharsets.ISO_8859_1);
      assertThat(chunks).doesNotContain(new String(marker, StandardCharsets.UTF_8));
    }
  }

  @Test
  void theFirstOfTwoCapturesStays() throws IOException {
    try (SnapshotLayer first = writeBase();
        SnapshotLayer second = writeBase()) {
      assertThat(second.header()).isEqualTo(first.header());
      assertThat(store.ids()).containsExactly(first.header().id());
    }
  }

  @Test
  void halfWrittenLayersAreGoneAfterAReopening() throws IOException {
    Path draft = Files.createDirectory(directory.resolve("snapshots/.draft-x"));
    Files.writeString(draft.resolve(SnapshotStore.CHUNKS), "half");
    assertThat(SnapshotStore.open(directory.resolve("snapshots")).ids()).isEmpty();
    assertThat(draft).doesNotExist();
  }

  @Test
  void keyFilesAreForTheirOwnerOnly() throws IOException {
    keys.service();
    assertThat(Files.getPosixFilePermissions(directory.resolve("keys/service.key")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
  }

  @Test
  void accessLogsMergeByFrequencyAndMedianRank() throws IOException {
    PageAccessLog log =
        PageAccessLog.merge(
            List.of(List.of(5, 6, 7, 99), List.of(6, 5, 7), List.of(5, 7, 6), List.of(5, 6, 8)));
    assertThat(log.pages()).containsExactly(5, 6, 7, 8, 99);
    try (SnapshotLayer base = writeBase()) {
      String id = base.header().id();
      store.writeAccessLog(id, log);
      assertThat(store.accessLog(id)).contains(log);
      Path file = directory.resolve("snapshots").resolve(id).resolve(PageAccessLog.FILE);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
      assertThat(store.accessLog(id)).isEmpty();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void anEntryOfAnAccessLogNamesFileAndPage() {
    int entry = PageAccessLog.entry(3, 4_194_303);

    assertThat(PageAccessLog.file(entry)).isEqualTo(3);
    assertThat(PageAccessLog.page(entry)).isEqualTo(4_194_303);
    assertThat(PageAccessLog.entry(PageAccessLog.MEMORY, 7)).isEqualTo(7);
    assertThatThrownBy(() -> PageAccessLog.entry(1, 1 << 24))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatALogWastesIsWhatALaterRecordingLacks() {
    assertThat(new PageAccessLog(List.of(1, 2, 3, 4)).unusedIn(List.of(4, 9, 2))).isEqualTo(2);
  }
}
