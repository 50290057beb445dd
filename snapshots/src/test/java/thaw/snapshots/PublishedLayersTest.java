package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ChunkSettings;
import thaw.chunks.ChunkStorage;
import thaw.chunks.Hash;
import thaw.chunks.InMemoryManifests;
import thaw.chunks.ObjectName;
import thaw.chunks.Origin;
import thaw.chunks.StorageSettings;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.PageSource;

/** Two workers on one origin and database: one makes layers, the other has an empty directory. */
final class PublishedLayersTest {
  /** Five chunks. */
  private static final int PAGES = 600;

  @TempDir private Path directory;
  private final InMemoryManifests index = new InMemoryManifests();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();

  /** Until so many requests were made, none is answered. */
  private volatile CountDownLatch together = new CountDownLatch(0);

  private KeyRing keys;
  private ChunkStorage makersStorage;
  private LayerCatalog maker;
  private ChunkStorage othersStorage;
  private LayerCatalog other;

  @BeforeEach
  void open() throws IOException {
    keys = new KeyRing(directory.resolve("keys"));
    makersStorage = storage("maker");
    maker = catalog("maker", makersStorage);
    othersStorage = storage("other");
    other = catalog("other", othersStorage);
  }

  private ChunkStorage storage(String worker) throws IOException {
    return ChunkStorage.open(
        StorageSettings.in(directory.resolve("origin"), directory.resolve("chunk-keys")),
        ChunkSettings.defaults(),
        directory.resolve(worker),
        directory.resolve(worker).resolve("cache"),
        index,
        this::counting);
  }

  private LayerCatalog catalog(String worker, ChunkStorage storage) throws IOException {
    return new LayerCatalog(
        SnapshotStore.open(directory.resolve(worker).resolve("snapshots")),
        Optional.of(new PublishedLayers(storage, index, true, header -> "service")));
  }

  @AfterEach
  void close() {
    maker.close();
    other.close();
    makersStorage.close();
    othersStorage.close();
  }

  /** A base of pages that are filled with 1, and a function layer that changes some to 2. */
  private record Layers(String base, String function) {}

  private Layers made() throws IOException {
    return made(ReadOnlyDisks.NONE);
  }

  private Layers made(ReadOnlyDisks disks) throws IOException {
    String base = add(1, 0, PAGES, Kind.BASE, Optional.empty());
    LayerHandle below = find(maker, base, Optional.empty()).orElseThrow();
    String function = add(2, 100, 110, Kind.FUNCTION, Optional.of(below));
    maker
        .find(function, () -> Optional.of(keys.service()), Optional.of(below), disks)
        .orElseThrow()
        .release();
    below.release();
    await().atMost(Duration.ofSeconds(30)).until(() -> index.read().size() == 2);
    return new Layers(base, function);
  }

  private String add(int fill, int from, int to, Kind kind, Optional<LayerHandle> parent)
      throws IOException {
    LayerDraft draft = NumberedLayers.draft(PAGES, fill, from, to, kind, parent);
    maker.add(draft, keys.service());
    return draft.header().id();
  }

  private Optional<LayerHandle> find(LayerCatalog catalog, String id, Optional<LayerHandle> parent)
      throws IOException {
    return catalog.find(id, () -> Optional.of(keys.service()), parent);
  }

  private static void assertPage(LayerHandle layer, int page, int fill) throws IOException {
    MemorySegment content = layer.layer().memory().page(page).orElseThrow();
    assertThat(content.get(ValueLayout.JAVA_INT, 0)).isEqualTo(page);
    assertThat(content.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) fill);
  }

  /** The function layer as the worker finds it that made neither. */
  private LayerHandle found(Layers layers) throws IOException {
    LayerHandle base = find(other, layers.base(), Optional.empty()).orElseThrow();
    LayerHandle function = find(other, layers.function(), Optional.of(base)).orElseThrow();
    base.release();
    return function;
  }

  @Test
  void aWorkerWithAnEmptyDirectoryResumesWhatAnotherMade() throws IOException {
    Layers layers = made();

    LayerHandle function = found(layers);

    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    assertPage(function, 105, 2);
    assertPage(function, 99, 1);
    assertPage(function, PAGES - 1, 1);
    assertThat(function.layer().hasDisk()).isFalse();
    assertThat(other.store().ids()).isEmpty();
    assertThat(other.ids()).containsExactlyInAnyOrder(layers.base(), layers.function());
    assertThat(
            other.hasContent(layers.base(), maker.store().contentHash(layers.base()).orElseThrow()))
        .isTrue();
    assertThat(other.hasContent(layers.base(), "0".repeat(64))).isFalse();
    function.release();
  }

  @Test
  void nothingMovesUntilItIsWantedAndTheWorkingSetComesInOnePiece() throws IOException {
    Layers layers = made();
    List<Integer> wanted = IntStream.range(0, 30).mapToObj(i -> i * 19).toList();
    keepLog(layers, new PageAccessLog(wanted));
    requests.set(0);

    LayerHandle function = found(layers);
    assertThat(requests).hasValue(0);
    assertThat(function.accessLog()).contains(new PageAccessLog(wanted));
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    for (int page : wanted) {
      assertPage(function, page, page >= 100 && page < 110 ? 2 : 1);
    }

    assertThat(requests).hasValue(1); // one chunk: not a byte of the base, and no manifest
    assertPage(function, 1, 1);
    assertThat(requests).hasValueGreaterThan(1);
    function.release();
  }

  /** Memory that nobody ever wrote to is most of a VM. */
  @Test
  void whatIsZeroInEveryLayerOpensNoParent() throws IOException {
    String base = add(1, 0, 500, Kind.BASE, Optional.empty());
    LayerHandle below = find(maker, base, Optional.empty()).orElseThrow();
    String id = add(2, 100, 110, Kind.FUNCTION, Optional.of(below));
    find(maker, id, Optional.of(below)).orElseThrow().release();
    below.release();
    await().atMost(Duration.ofSeconds(30)).until(() -> index.read().size() == 2);
    Layers layers = new Layers(base, id);
    keepLog(layers, new PageAccessLog(List.of(550, 20, 551, 105)));
    requests.set(0);

    LayerHandle function = found(layers);
    assertThat(function.accessLog()).isPresent();
    for (int page : List.of(550, 551, 599)) {
      assertThat(
              function
                  .layer()
                  .memory()
                  .page(page)
                  .filter(bytes -> bytes.mismatch(PageSource.ZERO_PAGE) >= 0))
          .isEmpty();
    }
    assertPage(function, 20, 1);
    assertThat(requests).hasValue(1);
    assertPage(function, 499, 1);
    assertThat(requests).hasValueGreaterThan(1);
    function.release();
  }

  /** Which starts are recorded is decided before anything is read, and a VMM is made ready then. */
  @Test
  void thatThereIsALogIsKnownUnreadAndWhatAResumeWantsComesUnasked() throws IOException {
    Layers layers = made();
    keepLog(layers, new PageAccessLog(List.of(5, 105)));
    requests.set(0);

    LayerHandle function = found(layers);
    assertThat(function.hasAccessLog()).isTrue();
    assertThat(requests).hasValue(0);
    function.layer().fetchAhead();
    await().atMost(Duration.ofSeconds(30)).until(() -> requests.get() == 1);
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    assertPage(function, 105, 2);
    assertThat(function.accessLog()).contains(new PageAccessLog(List.of(5, 105)));
    assertThat(requests).hasValue(1);
    function.release();
  }

  /** A fault that the log does not have costs two ways to the origin, however deep its page is. */
  @Test
  void thePlaceOfAPageIsAskedOfAllLayersBelowAtOnce() throws IOException {
    String base = add(1, 0, PAGES, Kind.BASE, Optional.empty());
    LayerHandle lowest = find(maker, base, Optional.empty()).orElseThrow();
    String runtime = add(2, 100, 300, Kind.RUNTIME, Optional.of(lowest));
    LayerHandle below = find(maker, runtime, Optional.of(lowest)).orElseThrow();
    String id = add(3, 200, 210, Kind.FUNCTION, Optional.of(below));
    find(maker, id, Optional.of(below)).orElseThrow().release();
    below.release();
    lowest.release();
    await().atMost(Duration.ofSeconds(30)).until(() -> index.read().size() == 3);

    LayerHandle othersBase = find(other, base, Optional.empty()).orElseThrow();
    LayerHandle othersRuntime = find(other, runtime, Optional.of(othersBase)).orElseThrow();
    LayerHandle function = find(other, id, Optional.of(othersRuntime)).orElseThrow();
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    together = new CountDownLatch(2); // neither table is answered before both are asked for
    assertPage(function, PAGES - 1, 1);
    assertThat(together.getCount()).isZero();
    List.of(function, othersRuntime, othersBase).forEach(LayerHandle::release);
  }

  /** Of a disk whose chunks a resume touches two pages of, it needs no chunk. */
  @Test
  void whatAResumeTouchesOfItsDisksComesWithTheLayer() throws IOException {
    int code = PageAccessLog.CODE;
    PageAccessLog log =
        new PageAccessLog(
            List.of(
                PageAccessLog.entry(code, 40),
                5,
                PageAccessLog.entry(code, 41),
                PageAccessLog.entry(PageAccessLog.ROOT, 8)));
    Layers layers = made(() -> Map.of(code, PublishedLayersTest::diskPage));
    keepLog(layers, log);
    requests.set(0);

    LayerHandle function = found(layers);
    List<Long> asked = new ArrayList<>();
    PageSource image =
        new PageSource() {
          @Override
          public Optional<MemorySegment> page(long page) {
            asked.add(page);
            return diskPage(page);
          }

          @Override
          public void fetchAhead(IntStream pages) {
            pages.forEach(page -> asked.add(-(long) page));
          }
        };
    PageSource disk = function.layer().readOnlyDisk(code, image);
    disk.fetchAhead(IntStream.of(40, 41, 42));
    assertThat(disk.page(40).orElseThrow().mismatch(diskPage(40).orElseThrow())).isNegative();
    assertThat(disk.page(41).orElseThrow().mismatch(PageSource.ZERO_PAGE)).isNegative();
    assertPage(function, 5, 1);
    assertThat(asked).containsExactly(-42L);
    assertThat(requests).hasValue(1);
    assertThat(disk.page(42).orElseThrow().mismatch(diskPage(42).orElseThrow())).isNegative();
    PageSource root = function.layer().readOnlyDisk(PageAccessLog.ROOT, image);
    assertThat(root.page(8)).isPresent(); // which nobody gave: every worker has it
    assertThat(asked).containsExactly(-42L, 42L, 8L);
    function.release();
  }

  /** Each filled with its number; 41 is zero. */
  private static Optional<MemorySegment> diskPage(long page) {
    return page == 41
        ? Optional.empty()
        : Optional.of(
            Arena.ofAuto().allocate(PageSource.PAGE_BYTES).fill((byte) (page + 1)).asReadOnly());
  }

  @Test
  void aLayerWhoseDisksCannotBeReadIsPublishedWhenTheyCan() throws IOException {
    AtomicInteger failures = new AtomicInteger(1);
    Layers layers =
        made(() -> {
          if (failures.getAndDecrement() > 0) {
            throw new IOException("the disks are out of reach");
          }
          return Map.of(PageAccessLog.CODE, PublishedLayersTest::diskPage);
        });
    PageAccessLog log = new PageAccessLog(List.of(PageAccessLog.entry(PageAccessLog.CODE, 40)));
    LayerHandle base = find(maker, layers.base(), Optional.empty()).orElseThrow();
    LayerHandle function = find(maker, layers.function(), Optional.of(base)).orElseThrow();
    maker.keepAccessLog(function, log);
    function.release();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          find(maker, layers.function(), Optional.of(base)).orElseThrow().release();
          return failures.get() < 0 && found(layers).hasAccessLog();
        });
    base.release();
  }

  private void keepLog(Layers layers, PageAccessLog log) throws IOException {
    Set<Hash> before = index.read();
    LayerHandle base = find(maker, layers.base(), Optional.empty()).orElseThrow();
    LayerHandle function = find(maker, layers.function(), Optional.of(base)).orElseThrow();
    maker.keepAccessLog(function, log);
    function.release();
    base.release();
    await().atMost(Duration.ofSeconds(30)).until(() -> !index.read().equals(before));
  }

  /** A start finds every layer that it goes through. */
  @Test
  void whatCouldNotBePublishedIsWhenItIsNextFound() throws IOException {
    refusals.set(1);
    String base = add(1, 0, PAGES, Kind.BASE, Optional.empty());
    find(maker, base, Optional.empty()).orElseThrow().release();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          find(maker, base, Optional.empty()).orElseThrow().release();
          return index.read().size() == 1;
        });
    assertThat(refusals.get()).isNegative();
    LayerHandle layer = find(other, base, Optional.empty()).orElseThrow();
    assertPage(layer, 7, 1);
    layer.release();
  }

  @Test
  void aDamagedLayerIsFoundOutBeforeAnyByteOfItIsUsedAndCanBeDropped() throws IOException {
    Layers layers = made();
    for (Path chunk : chunks()) {
      byte[] bytes = Files.readAllBytes(chunk);
      bytes[4000] ^= 1;
      Files.write(chunk, bytes);
    }
    LayerHandle function = found(layers);

    assertThatThrownBy(() -> function.layer().deviceState())
        .isInstanceOf(DamagedSnapshotException.class);
    assertThatThrownBy(() -> function.layer().memory().page(3))
        .isInstanceOf(DamagedSnapshotException.class);
    assertThat(function.layer().damaged()).isTrue();
    function.release();
    other.drop(layers.function());

    assertThat(other.ids()).containsExactly(layers.base());
  }

  @Test
  void withoutItsKeyNobodyReadsALayer() throws IOException {
    Layers layers = made();
    other.destroyPublishedKey("service");

    LayerHandle function = found(layers);

    assertThatThrownBy(() -> function.layer().deviceState())
        .isInstanceOf(DamagedSnapshotException.class);
    function.release();
  }

  @Test
  void whatIsDroppedIsFoundByNobody() throws IOException {
    Layers layers = made();
    maker.drop(layers.function());

    LayerHandle base = find(other, layers.base(), Optional.empty()).orElseThrow();
    assertThat(find(other, layers.function(), Optional.of(base))).isEmpty();
    base.release();
  }

  private List<Path> chunks() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("origin/roots"))) {
      return files
          .filter(file -> file.toString().contains("/chunks/") && Files.isRegularFile(file))
          .toList();
    }
  }

  private void awaitOthers() throws IOException {
    together.countDown();
    try {
      if (!together.await(30, TimeUnit.SECONDS)) {
        throw new IOException("nobody asked for anything else meanwhile");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Counts what is fetched. */
  private Origin counting(Origin origin) {
    return new Origin() {
      @Override
      public void put(ObjectName name, byte[] bytes) throws IOException {
        if (refusals.getAndDecrement() > 0) {
          throw new IOException("the origin takes nothing now");
        }
        origin.put(name, bytes);
      }

      @Override
      public Optional<byte[]> get(ObjectName name) throws IOException {
        requests.incrementAndGet();
        awaitOthers();
        return origin.get(name);
      }

      @Override
      public boolean contains(ObjectName name) throws IOException {
        requests.incrementAndGet();
        return origin.contains(name);
      }

      @Override
      public boolean carryOver(ObjectName name, long toRoot) throws IOException {
        return origin.carryOver(name, toRoot);
      }

      @Override
      public void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) throws IOException {
        origin.list(root, kind, visitor);
      }

      @Override
      public void delete(ObjectName name) throws IOException {
        origin.delete(name);
      }

      @Override
      public void deleteRoot(long root) throws IOException {
        origin.deleteRoot(root);
      }

      @Override
      public byte[] claim(byte[] mark) throws IOException {
        return origin.claim(mark);
      }

      @Override
      public String place() {
        return origin.place();
      }

      @Override
      public void close() {
        origin.close();
      }
    };
  }
}
