package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import thaw.chunks.ChunkSettings;
import thaw.chunks.ChunkStorage;
import thaw.chunks.InMemoryManifests;
import thaw.chunks.ManifestIndex;
import thaw.chunks.S3Server;
import thaw.chunks.S3Server.Fault;
import thaw.chunks.S3Settings;
import thaw.chunks.StorageSettings;
import thaw.chunks.StorageSettings.OriginKind;
import thaw.settings.DataSize;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.PageSource;

/**
 * A worker resumes what another has published, from an S3 that goes wrong while it is read: what is
 * given is right or nothing, every read ends, and when S3 is well again all goes on.
 */
final class LayersInFaultyS3Test {
  /** Twenty chunks. */
  private static final int PAGES = 2_500;

  private static final int READERS = 8;

  @TempDir private Path directory;
  private final InMemoryManifests index = new InMemoryManifests();
  private S3Server server;
  private KeyRing keys;
  private ChunkStorage storage;
  private LayerCatalog other;
  private LayerHandle base;
  private LayerHandle function;

  @BeforeEach
  void open() throws IOException {
    server = new S3Server();
    keys = new KeyRing(directory.resolve("keys"));
    String baseId;
    String functionId;
    try (ChunkStorage makers = storage("maker");
        LayerCatalog maker = catalog("maker", makers)) {
      baseId = add(maker, 1, 0, PAGES, Kind.BASE, Optional.empty());
      LayerHandle below = find(maker, baseId, Optional.empty());
      functionId = add(maker, 2, 0, PAGES / 2, Kind.FUNCTION, Optional.of(below));
      LayerHandle made = find(maker, functionId, Optional.of(below));
      maker.keepAccessLog(
          made, new PageAccessLog(IntStream.range(0, PAGES / 4).map(i -> 3 * i).boxed().toList()));
      made.release();
      below.release();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> index.read().size() == 2 && isLogged(functionId));
    }
    storage = storage("other");
    other = catalog("other", storage);
    base = find(other, baseId, Optional.empty());
    function = find(other, functionId, Optional.of(base));
  }

  private boolean isLogged(String layer) {
    return index
        .find(ManifestIndex.Kind.SNAPSHOT_LAYER, layer)
        .filter(entry -> entry.details().contains("\"logged\":true"))
        .isPresent();
  }

  @AfterEach
  void close() {
    function.release();
    base.release();
    other.close();
    storage.close();
    server.close();
  }

  /** One that gives up a request after a second. */
  private ChunkStorage storage(String worker) throws IOException {
    S3Settings s3 =
        new S3Settings(
            Optional.of("bucket"),
            "",
            Optional.of(server.endpoint()),
            "us-east-1",
            true,
            Optional.of("test"),
            Optional.of("test"),
            2,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            64);
    ChunkSettings defaults = ChunkSettings.defaults();
    return ChunkStorage.open(
        new StorageSettings(
            OriginKind.S3,
            Optional.of(directory.resolve("roots")),
            Optional.of(directory.resolve("chunk-keys")),
            StorageSettings.PublishedLayers.SHARED,
            true,
            Duration.ofHours(1),
            s3),
        new ChunkSettings(
            DataSize.ofMebibytes(16),
            new DataSize(0), // so that S3 is asked again and again
            defaults.fetchesAtOnce(),
            defaults.fetchTimeout(),
            defaults.uploadsAtOnce(),
            defaults.saltPeriod(),
            1,
            1,
            defaults.rootAge(),
            defaults.keepRetired(),
            defaults.keepExpired(),
            defaults.drainTimeout()),
        directory.resolve(worker),
        index);
  }

  private LayerCatalog catalog(String worker, ChunkStorage of) throws IOException {
    return new LayerCatalog(
        SnapshotStore.open(directory.resolve(worker).resolve("snapshots")),
        Optional.of(new PublishedLayers(of, index, true, header -> "service")));
  }

  private LayerHandle find(LayerCatalog catalog, String id, Optional<LayerHandle> parent)
      throws IOException {
    return catalog.find(id, () -> Optional.of(keys.service()), parent).orElseThrow();
  }

  private String add(
      LayerCatalog maker, int fill, int from, int to, Kind kind, Optional<LayerHandle> parent)
      throws IOException {
    LayerDraft draft = NumberedLayers.draft(PAGES, fill, from, to, kind, parent);
    maker.add(draft, keys.service());
    return draft.header().id();
  }

  private void assertPage(int page) throws IOException {
    MemorySegment content = function.layer().memory().page(page).orElseThrow();
    assertThat(content.get(ValueLayout.JAVA_INT, 0)).isEqualTo(page);
    byte fill = (byte) (page < PAGES / 2 ? 2 : 1);
    for (int at = Integer.BYTES; at < PageSource.PAGE_BYTES; at++) {
      assertThat(content.get(ValueLayout.JAVA_BYTE, at)).isEqualTo(fill);
    }
  }

  /**
   * Reads pages of the whole memory, by several readers at once, as VMs do.
   *
   * @return how many pages were not given; each that was is right
   */
  private int readAll(int step) throws Exception {
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        int first = reader;
        all.add(readers.submit(() -> readSome(first, step)));
      }
      int refused = 0;
      for (Future<Integer> one : all) {
        refused += one.get(5, TimeUnit.MINUTES);
      }
      return refused;
    }
  }

  private int readSome(int first, int step) {
    int refused = 0;
    for (int page = first; page < PAGES; page += step) {
      try {
        assertPage(page);
      } catch (IOException e) {
        refused++; // an I/O error for the guest that touched it
      }
    }
    return refused;
  }

  private void assertAllIsWell() throws Exception {
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    assertThat(readAll(READERS)).isZero();
    assertThat(function.layer().unreachable()).isFalse();
  }

  /** Nothing was read yet when S3 goes wrong. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"THROTTLE", "ERROR", "SILENCE", "TRUNCATE"})
  void whatIsOutOfReachIsRefusedInTimeAndThereAgainWhenS3Is(Fault fault) throws Exception {
    server.failAll(fault);
    function.layer().fetchAhead();
    assertThatThrownBy(() -> function.layer().deviceState()).isInstanceOf(IOException.class);
    assertThat(function.accessLog()).isEmpty();
    assertThat(readAll(PAGES / 2)).isPositive();
    assertThat(function.layer().unreachable()).isTrue();
    assertThat(function.layer().damaged()).isFalse();

    server.failAll(Fault.NONE);

    assertAllIsWell();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"LIE", "HALF"})
  void whatIsNotWhatWasWrittenIsNeverGiven(Fault fault) throws Exception {
    server.failAll(fault);
    assertThatThrownBy(() -> function.layer().deviceState())
        .isInstanceOf(DamagedSnapshotException.class);
    assertThat(readAll(PAGES / 2)).isPositive();
    assertThat(function.layer().damaged()).isTrue();

    server.failAll(Fault.NONE);

    assertAllIsWell();
  }

  /** A VM runs: what was moved serves it, and what was not is there again when S3 is. */
  @Test
  void whatWasReadServesOnWhileS3IsSilent() throws Exception {
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    assertPage(3);
    server.failAll(Fault.SILENCE);
    assertPage(3);
    assertThat(function.layer().deviceState()).isEqualTo(NumberedLayers.STATE);
    assertThatThrownBy(() -> assertPage(PAGES - 1)).isInstanceOf(IOException.class);

    server.failAll(Fault.NONE);

    assertAllIsWell();
  }

  /** Each answer is well or not, as a seed has it, while eight read; most reads never notice. */
  @Test
  void amongManyFaultsEveryPageThatIsGivenIsRight() throws Exception {
    Random random = new Random(1);
    Fault[] faults = {Fault.THROTTLE, Fault.ERROR, Fault.TRUNCATE, Fault.HALF, Fault.LIE};
    for (int i = 0; i < 400; i++) {
      server.failNext("GET", random.nextInt(3) == 0 ? faults[random.nextInt(5)] : Fault.NONE);
    }
    int pages = IntStream.range(0, READERS).map(i -> Math.ceilDiv(PAGES - i, READERS)).sum();
    assertThat(readAll(READERS)).isLessThan(pages / 2);

    server.failAll(Fault.NONE);

    assertAllIsWell();
  }
}
