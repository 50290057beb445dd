package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ChunkStore.Encryption;
import thaw.settings.DataSize;

/** The life of roots, over an origin on disk. */
final class GarbageCollectorTest {
  private static final String ACCOUNT = "000000000000";
  private static final Duration AGE = Duration.ofDays(10);
  private static final Duration KEEP = Duration.ofDays(1);

  @TempDir private Path directory;
  private Instant now = Instant.ofEpochSecond(1_800_000_000);
  private final Set<Hash> live = new HashSet<>();
  private DirectoryOrigin origin;
  private Roots roots;
  private ChunkStore store;

  @BeforeEach
  void open() throws IOException {
    InstantSource clock = () -> now;
    origin = new DirectoryOrigin(directory.resolve("origin"));
    roots = Roots.open(directory.resolve("roots.json"), clock);
    store =
        new ChunkStore(
            origin,
            roots,
            new KeyStore(directory.resolve("keys")),
            new PublicBases(directory.resolve("bases")),
            directory.resolve("cache"),
            new ChunkSettings(
                DataSize.ofMebibytes(16),
                new DataSize(0),
                4,
                Duration.ofMinutes(1),
                4,
                Duration.ofDays(30),
                1,
                1,
                AGE,
                KEEP,
                KEEP,
                Duration.ZERO),
            clock,
            Runnable::run);
  }

  private Hash put(int seed, int chunks, Optional<Hash> parent) throws IOException {
    try (Creation creation = store.create("f");
        Upload upload =
            store.upload(
                creation,
                new Binding(ACCOUNT, "f", "1", creation.root(), parent),
                ACCOUNT,
                Encryption.CONVERGENT)) {
      byte[] content = new byte[chunks * ChunkCipher.CHUNK_BYTES];
      new Random(seed).nextBytes(content);
      upload.write(content);
      Hash id = upload.finish();
      live.add(id);
      return id;
    }
  }

  private void collectAfter(Duration time) throws IOException {
    now = now.plus(time);
    store.garbageCollector().run(() -> Set.copyOf(live));
  }

  private List<RootState> states() {
    return roots.all().stream().map(Root::state).toList();
  }

  private void assertReadable(Hash id) throws IOException {
    ChunkedFile file = store.open(id, ACCOUNT).orElseThrow();
    MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(file.bytes())]);
    assertThat(file.read(0, all)).isEqualTo((int) file.bytes());
  }

  @Test
  void aRootIsRetiredExpiresAndIsDeletedWithAllThatIsDead() throws IOException {
    Hash base = put(1, 2, Optional.empty());
    Hash child = put(2, 1, Optional.of(base));
    Hash dead = put(3, 3, Optional.empty());
    live.remove(dead);
    live.remove(base); // its child keeps it
    collectAfter(AGE);
    assertThat(states()).containsExactly(RootState.RETIRED, RootState.ACTIVE);
    assertReadable(dead); // nothing is deleted from a retired root
    collectAfter(KEEP);
    assertThat(states()).containsExactly(RootState.EXPIRED, RootState.ACTIVE);
    assertReadable(child);
    assertReadable(base);
    collectAfter(KEEP);
    assertThat(states()).containsExactly(RootState.ACTIVE);
    assertReadable(child);
    assertReadable(base);
    assertThat(store.open(dead, ACCOUNT)).isEmpty();
    assertThat(directory.resolve("origin/roots/1")).doesNotExist();
    assertThat(roots.all()).noneMatch(Root::alarmed);
  }

  @Test
  void aReaderThatStaysOpenFollowsItsFileFromRootToRoot() throws IOException {
    Hash id = put(1, 3, Optional.empty());
    ChunkedFile open = store.open(id, ACCOUNT).orElseThrow();
    byte[] first = new byte[100];
    open.read(0, MemorySegment.ofArray(first));
    collectAfter(AGE);
    collectAfter(KEEP);
    collectAfter(KEEP);
    assertThat(states()).containsExactly(RootState.ACTIVE);
    byte[] last = new byte[100];
    open.read(3L * ChunkCipher.CHUNK_BYTES - 100, MemorySegment.ofArray(last));
    assertThat(last).isNotEqualTo(new byte[100]);
  }

  @Test
  void aReadFromAnExpiredRootIsAnAlarmThatStopsItsDeletion() throws IOException {
    Hash forgotten = put(1, 1, Optional.empty());
    live.remove(forgotten); // the database has forgotten it, somebody has not
    collectAfter(AGE);
    collectAfter(KEEP);
    assertThat(states()).containsExactly(RootState.EXPIRED, RootState.ACTIVE);
    assertReadable(forgotten);
    collectAfter(KEEP.multipliedBy(100));
    Root alarmed = Roots.open(directory.resolve("roots.json"), () -> now).all().getFirst();
    assertThat(alarmed.state()).isEqualTo(RootState.EXPIRED);
    assertThat(alarmed.alarmed()).as("it is durable").isTrue();
    assertReadable(forgotten);
    live.add(forgotten);
    roots.reinstate(alarmed.id());
    collectAfter(KEEP);
    collectAfter(KEEP);
    assertThat(roots.all()).noneMatch(root -> root.id() == alarmed.id());
    assertReadable(forgotten);
  }

  @Test
  void aClearedAlarmLetsTheRootGo() throws IOException {
    Hash forgotten = put(1, 1, Optional.empty());
    live.remove(forgotten);
    collectAfter(AGE);
    collectAfter(KEEP);
    assertReadable(forgotten);
    roots.clearAlarm(1);
    collectAfter(KEEP);
    assertThat(store.open(forgotten, ACCOUNT)).isEmpty();
  }

  @Test
  void aRootInWhichSomethingIsBeingMadeIsNotRetired() throws IOException {
    try (Creation creation = store.create("f")) {
      collectAfter(AGE);
      assertThat(states()).containsExactly(RootState.ACTIVE, RootState.ACTIVE);
      assertThat(creation.root()).isEqualTo(1);
    }
    collectAfter(Duration.ZERO);
    assertThat(states()).containsExactly(RootState.RETIRED, RootState.ACTIVE);
  }

  @Test
  void aRootOfWhichAChunkIsMissingIsKept() throws IOException {
    put(1, 1, Optional.empty());
    origin.list(1, ObjectName.Kind.CHUNK, this::remove);
    collectAfter(AGE);
    collectAfter(KEEP.multipliedBy(50));
    assertThat(states()).contains(RootState.RETIRED);
  }

  private void remove(Hash chunk) {
    try {
      origin.delete(ObjectName.chunk(1, chunk));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void adoptingBringsAFileIntoTheCreationsRoot() throws IOException {
    Hash base = put(1, 1, Optional.empty());
    Hash child = put(2, 1, Optional.of(base));
    collectAfter(AGE);
    live.clear();
    try (Creation creation = store.create("g")) {
      store.adopt(creation, child);
      assertThat(origin.contains(ObjectName.manifest(creation.root(), base))).isTrue();
      live.add(child);
    }
    collectAfter(KEEP);
    collectAfter(KEEP);
    assertReadable(child);
    try (Creation creation = store.create("g")) {
      assertThatThrownBy(() -> store.adopt(creation, Hash.of(new byte[1])))
          .isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void aDryRunTellsWhatWouldGoAndChangesNothing() throws IOException {
    Hash kept = put(1, 2, Optional.empty());
    live.remove(put(2, 5, Optional.empty()));
    GcReport before = store.garbageCollector().dryRun(() -> live);
    assertThat(before.roots())
        .containsExactly(
            new GcReport.OfRoot(roots.all().getFirst(), GcReport.Next.KEEP, 1, 1, 7, 5, 0));
    now = now.plus(AGE);
    assertThat(next()).containsExactly(GcReport.Next.RETIRE);
    assertThat(states()).containsExactly(RootState.ACTIVE);
    collectAfter(Duration.ZERO);
    assertThat(next()).containsExactly(GcReport.Next.KEEP, GcReport.Next.KEEP);
    collectAfter(KEEP);
    now = now.plus(KEEP);
    GcReport last = store.garbageCollector().dryRun(() -> live);
    assertThat(next()).containsExactly(GcReport.Next.DELETE, GcReport.Next.KEEP);
    assertThat(last.roots().getFirst().deadBytes()).isEqualTo(5L * ChunkCipher.CHUNK_BYTES);
    assertReadable(kept);
    assertThat(roots.all()).noneMatch(Root::alarmed);
  }

  private List<GcReport.Next> next() throws IOException {
    return store.garbageCollector().dryRun(() -> live).roots().stream()
        .map(GcReport.OfRoot::next)
        .toList();
  }

  @Test
  void rootsGoNoWayThatIsNotInTheTable() {
    for (RootState from : RootState.values()) {
      Set<RootState> allowed =
          switch (from) {
            case ACTIVE -> Set.of(RootState.RETIRED);
            case RETIRED -> Set.of(RootState.EXPIRED);
            case EXPIRED -> Set.of(RootState.RETIRED, RootState.DELETED);
            case DELETED -> Set.of();
          };
      for (RootState to : RootState.values()) {
        Root root = new Root(1, from, 0, false);
        if (allowed.contains(to)) {
          assertThat(root.become(to, now).state()).isEqualTo(to);
        } else {
          assertThatThrownBy(() -> root.become(to, now)).isInstanceOf(IllegalStateException.class);
        }
      }
    }
    assertThatThrownBy(() -> new Root(1, RootState.EXPIRED, 0, true).become(RootState.DELETED, now))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theLastActiveRootIsNeverRetired() {
    assertThatThrownBy(() -> roots.retire(1, Duration.ZERO))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aDamagedFileOfRootsStopsTheStart() throws IOException {
    Path file = directory.resolve("roots.json");
    byte[] whole = Files.readAllBytes(file);
    for (byte[] damaged :
        new byte[][] {
          new byte[0], Arrays.copyOf(whole, whole.length - 2), "{}".getBytes(StandardCharsets.UTF_8)
        }) {
      Files.write(file, damaged);
      assertThatThrownBy(() -> Roots.open(file, () -> now)).isInstanceOf(IOException.class);
    }
  }
}
