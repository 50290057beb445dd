package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import thaw.agent.AgentConnection;
import thaw.model.FunctionVersion;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.sandbox.Standby;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.LayerHandle;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotStore;
import thaw.sparsefs.PageSource;
import thaw.worker.SnapshotSettings.StartDepth;

/** Which layers have guests that stand by, over real layers without content; no guest runs. */
@Timeout(60)
final class StandbyPoolTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final FunctionVersion FUNCTION = Functions.of("f");

  @TempDir private Path directory;
  private final List<FakeStandby> made = new CopyOnWriteArrayList<>();
  private final AtomicBoolean shortOfMemory = new AtomicBoolean();
  private LayerCatalog catalog;
  private KeyRing keys;
  private StandbyPool pool;

  /** Knows whether it lives. */
  private static final class FakeStandby implements Standby {
    private final CompletableFuture<String> died = new CompletableFuture<>();

    @Override
    public AgentConnection agent() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pause() {}

    @Override
    public boolean isDead() {
      return died.isDone();
    }

    @Override
    public List<Integer> firstTouches() {
      return List.of();
    }

    @Override
    public CompletableFuture<String> died() {
      return died;
    }

    @Override
    public Sandbox assign(SandboxSpec spec) throws SandboxException {
      throw new SandboxException("there is no guest");
    }

    @Override
    public void close() {
      died.complete("closed");
    }
  }

  @BeforeEach
  void open() throws IOException {
    keys = new KeyRing(directory.resolve("keys"));
    catalog = new LayerCatalog(SnapshotStore.open(directory.resolve("snapshots")));
    pool = pool(1, 2, FOR_EVER);
  }

  @AfterEach
  void close() {
    pool.close();
    assertThat(made).allMatch(FakeStandby::isDead);
    catalog.close();
  }

  private StandbyPool pool(int perLayer, int max, Duration idle) {
    return new StandbyPool(perLayer, max, idle, this::make, shortOfMemory::get);
  }

  private Optional<StandbyGuest> make(FunctionVersion function, StartDepth depth)
      throws IOException {
    FakeStandby standby = new FakeStandby();
    made.add(standby);
    return Optional.of(
        new StandbyGuest(
            standby,
            new GuestEvents(),
            new DataConnections(new DataEndpoint(1)),
            new RuntimeLife(line -> {}),
            point(layerOf(function), depth, false),
            function));
  }

  /** Of a layer of that name; the caller closes it. */
  private StartPoint point(String name, StartDepth depth, boolean recorded) throws IOException {
    SnapshotHeader header =
        new SnapshotHeader(Kind.BASE, Optional.empty(), Map.of("name", name), 1, 4096, 4096);
    if (!catalog.ids().contains(header.id())) {
      catalog.add(
          new LayerDraft(
              header,
              Optional.empty(),
              new BitSet(),
              PageSource.zeros(),
              new BitSet(),
              PageSource.zeros(),
              new byte[] {1}),
          keys.service());
    }
    LayerHandle layer =
        catalog
            .find(header.id(), () -> Optional.of(keys.service()), Optional.empty())
            .orElseThrow();
    return new StartPoint(
        depth, Optional.of(layer), new SandboxOrigin.Snapshot(layer.layer()), recorded);
  }

  /** Functions that share a layer have names that begin alike. */
  private static String layerOf(FunctionVersion function) {
    return function.name().replaceFirst("-.*", "");
  }

  /** A start of the function; returns what it found. */
  private Optional<StandbyGuest> start(FunctionVersion function, StartDepth depth)
      throws IOException {
    try (StartPoint point = point(layerOf(function), depth, false)) {
      Optional<StandbyGuest> found = pool.take(function, point);
      pool.wanted(function, point);
      return found;
    }
  }

  private void awaitReady(int count) {
    await()
        .untilAsserted(() ->
            assertThat(pool.gauges())
                .containsEntry("standbysReady", (double) count)
                .containsEntry("standbysPending", 0.0));
  }

  @Test
  void aStartFindsTheGuestThatTheOneBeforeItLeftBehindItAndAnotherIsMade() throws IOException {
    assertThat(start(FUNCTION, StartDepth.RUNTIME)).isEmpty();
    awaitReady(1);
    StandbyGuest found = start(FUNCTION, StartDepth.RUNTIME).orElseThrow();
    assertThat(found.standby()).isSameAs(made.getFirst());
    awaitReady(1);
    assertThat(made).hasSize(2);
    assertThat(pool.gauges())
        .containsEntry("standbysTaken", 1.0)
        .containsEntry("standbysMissed", 1.0);
    found.close();
  }

  @Test
  void aLayerOfOneFunctionIsWorthAGuestOnceASecondStartGoesOnFromIt() throws IOException {
    assertThat(start(FUNCTION, StartDepth.FUNCTION)).isEmpty();
    assertThat(start(Functions.of("other"), StartDepth.RUNTIME)).isEmpty();
    awaitReady(1);
    assertThat(start(FUNCTION, StartDepth.FUNCTION)).isEmpty();
    awaitReady(2);
  }

  @Test
  void aGuestThatHasCodeServesNoOtherFunctionAndOneOfARuntimeAny() throws IOException {
    FunctionVersion mine = Functions.of("layer-mine");
    FunctionVersion other = Functions.of("layer-other");
    start(mine, StartDepth.CODE);
    start(mine, StartDepth.CODE);
    awaitReady(1);
    assertThat(start(other, StartDepth.CODE)).isEmpty();
    assertThat(made.getFirst().isDead()).isTrue();

    FunctionVersion third = Functions.of("runtime-third");
    start(third, StartDepth.RUNTIME);
    awaitReady(2);
    start(Functions.of("runtime-fourth"), StartDepth.RUNTIME).orElseThrow().close();
  }

  @Test
  void noGuestStandsByForStartsFromABase() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(start(FUNCTION, StartDepth.BASE)).isEmpty();
    }
    awaitReady(0);
    assertThat(made).isEmpty();
  }

  @Test
  void aStartThatIsToBeRecordedTakesNoneUnlessARehearsalWasRecorded() throws IOException {
    start(FUNCTION, StartDepth.FUNCTION);
    start(FUNCTION, StartDepth.FUNCTION);
    awaitReady(1);
    try (StartPoint recorded = point(FUNCTION.name(), StartDepth.FUNCTION, true)) {
      assertThat(pool.take(FUNCTION, recorded)).isEmpty();
    }
    try (StartPoint recorded = point(FUNCTION.name(), StartDepth.RUNTIME, true)) {
      pool.take(FUNCTION, recorded).orElseThrow().close();
    }
  }

  @Test
  void aGuestThatDiedIsReplaced() throws IOException {
    start(FUNCTION, StartDepth.RUNTIME);
    awaitReady(1);
    made.getFirst().close();
    await().until(() -> made.size() == 2);
    awaitReady(1);
    StandbyGuest found = start(FUNCTION, StartDepth.RUNTIME).orElseThrow();
    assertThat(found.standby()).isSameAs(made.get(1));
    found.close();
  }

  @Test
  void aLayerThatWasMadeAnewDoesNotFindGuestsOfTheOldOne() throws IOException {
    start(FUNCTION, StartDepth.RUNTIME);
    awaitReady(1);
    try (StartPoint old = point(FUNCTION.name(), StartDepth.RUNTIME, false)) {
      catalog.drop(old.layer().orElseThrow().id());
    }
    assertThat(start(FUNCTION, StartDepth.RUNTIME)).isEmpty();
    assertThat(made.getFirst().isDead()).isTrue();
    awaitReady(1);
  }

  @Test
  void layersThatWereWantedLatelyKeepTheirGuestsWhenThereIsNoRoomForMore() throws IOException {
    start(Functions.of("a"), StartDepth.RUNTIME);
    awaitReady(1);
    start(Functions.of("b"), StartDepth.RUNTIME);
    awaitReady(2);
    start(Functions.of("c"), StartDepth.RUNTIME);
    awaitReady(2);
    assertThat(made).hasSize(2).noneMatch(FakeStandby::isDead);
  }

  @Test
  void aLayerThatWasNotWantedLatelyMakesRoom() throws IOException {
    pool.close();
    pool = pool(1, 1, Duration.ofSeconds(10));
    start(Functions.of("a"), StartDepth.RUNTIME);
    awaitReady(1);
    await()
        .until(() -> {
          start(Functions.of("b"), StartDepth.RUNTIME).ifPresent(StandbyGuest::close);
          return made.getFirst().isDead();
        });
    awaitReady(1);
  }

  @Test
  void noneIsMadeWhileAStartIsUnderWay() throws IOException {
    StandbyPool.Starting other = pool.starting();
    start(FUNCTION, StartDepth.RUNTIME);
    assertThat(pool.gauges()).containsEntry("standbysPending", 1.0);
    assertThat(made).isEmpty();
    other.close();
    awaitReady(1);
  }

  @Test
  void guestsOfLayersThatNobodyWantsAreEnded() throws IOException {
    pool.close();
    pool = pool(1, 2, Duration.ofMillis(50));
    start(FUNCTION, StartDepth.RUNTIME);
    await().until(() -> made.size() == 1 && made.getFirst().isDead());
    awaitReady(0);
  }

  @Test
  void guestsOfAFunctionThatIsGoneAreEndedAndThoseOfItsRuntimeStay() throws IOException {
    FunctionVersion other = Functions.of("runtime");
    start(FUNCTION, StartDepth.CODE);
    start(FUNCTION, StartDepth.CODE);
    start(other, StartDepth.RUNTIME);
    awaitReady(2);
    pool.forget(function -> true);
    awaitReady(1);
    StandbyGuest left = start(other, StartDepth.RUNTIME).orElseThrow();
    left.close();
    assertThat(start(FUNCTION, StartDepth.CODE)).isEmpty();
  }

  @Test
  void aHostThatIsShortOfMemoryHasNone() throws IOException {
    start(FUNCTION, StartDepth.RUNTIME);
    awaitReady(1);
    shortOfMemory.set(true);
    pool.relieve();
    assertThat(made).allMatch(FakeStandby::isDead);
    start(FUNCTION, StartDepth.RUNTIME);
    awaitReady(0);
  }

  @Test
  void noneStandsByIfNoneIsToDo() throws IOException {
    pool.close();
    pool = pool(0, 2, FOR_EVER);
    start(FUNCTION, StartDepth.RUNTIME);
    start(FUNCTION, StartDepth.RUNTIME);
    awaitReady(0);
    assertThat(made).isEmpty();
  }
}
