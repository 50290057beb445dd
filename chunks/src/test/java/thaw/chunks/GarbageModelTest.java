package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ChunkStore.Encryption;
import thaw.settings.DataSize;

/**
 * The real store and collector in a world where a seed decides the order of every step of uploads,
 * reads, deletions and collections, and when the process dies. Whatever it decides: what the
 * database refers to can be read, byte for byte, and a manifest in a root has its chunks and its
 * parent there.
 */
final class GarbageModelTest {
  private static final String ACCOUNT = "000000000000";
  private static final int SEEDS = Integer.getInteger("thaw.gcModelSeeds", 30);
  private static final int ROUNDS = 20;

  @TempDir private Path directory;

  /** What stands in the database, which survives crashes: live manifests and their content. */
  private final Map<Hash, File> database = new LinkedHashMap<>();

  private record File(List<Integer> seeds, Optional<Hash> parent) {}

  private boolean collecting;
  private Optional<Hash> reading = Optional.empty();

  /** Parents of what is being made. */
  private final List<Hash> parents = new ArrayList<>();

  /**
   * Whether a file was deleted while it was read, or became a parent: its root may expire, and that
   * is an alarm.
   */
  private boolean readWhenDeleted;

  private Instant now = Instant.ofEpochSecond(1_800_000_000);

  private ChunkStore open(CrashingWorld world, int seed, KeyStore keys) throws IOException {
    Roots roots = Roots.open(world.new Book(), () -> now);
    return new ChunkStore(
        world.new MemoryOrigin(),
        roots,
        keys,
        new PublicBases(directory.resolve("bases")),
        directory.resolve("cache-" + seed),
        new ChunkSettings(
            DataSize.ofMebibytes(16),
            new DataSize(0), // every read asks the origin
            64,
            Duration.ofMinutes(1),
            1,
            Duration.ofDays(1),
            1,
            2,
            Duration.ofDays(10),
            Duration.ofDays(1),
            Duration.ofDays(3),
            Duration.ZERO),
        () -> now,
        Runnable::run,
        Runnable::run);
  }

  private static byte[] content(List<Integer> seeds) {
    byte[] content = new byte[seeds.size() * ChunkCipher.CHUNK_BYTES];
    for (int i = 0; i < seeds.size(); i++) {
      // Few bytes differ from chunk to chunk: it is the bookkeeping that is tested here.
      content[i * ChunkCipher.CHUNK_BYTES] = (byte) (int) seeds.get(i);
      content[i * ChunkCipher.CHUNK_BYTES + 1] = 1;
    }
    return content;
  }

  private void upload(ChunkStore store, File file, int salt) throws IOException {
    try (Creation creation = store.create("f" + salt);
        Upload upload =
            store.upload(
                creation,
                new Binding(ACCOUNT, "f" + salt, "1", creation.root(), file.parent()),
                ACCOUNT,
                salt % 3 == 0 ? Encryption.RANDOM : Encryption.CONVERGENT)) {
      new ByteArrayInputStream(content(file.seeds())).transferTo(upload);
      Hash id = upload.finish();
      if (file.parent().isEmpty() || database.containsKey(file.parent().get())) {
        database.put(id, file); // a foreign key: a child of a deleted parent is not taken
      }
    }
  }

  private static void assertReadable(ChunkStore store, Hash id, File file) throws IOException {
    byte[] wanted = content(file.seeds());
    byte[] found = new byte[wanted.length];
    ChunkedFile opened =
        store
            .open(id, ACCOUNT)
            .orElseThrow(() -> new AssertionError("a live manifest is gone: " + id));
    assertThat(opened.read(0, MemorySegment.ofArray(found))).isEqualTo(wanted.length);
    assertThat(found).isEqualTo(wanted);
  }

  /** A manifest in a root implies its chunks and its parent in that root. */
  private static void assertComplete(CrashingWorld world, Set<Long> deleted) throws IOException {
    for (Map.Entry<ObjectName, byte[]> object : Map.copyOf(world.objects).entrySet()) {
      ObjectName name = object.getKey();
      if (name.kind() != ObjectName.Kind.MANIFEST || deleted.contains(name.root())) {
        continue;
      }
      Outline outline = SealedManifest.parse(object.getValue()).outline();
      for (Hash chunk : outline.names()) {
        assertThat(world.objects).containsKey(ObjectName.chunk(name.root(), chunk));
      }
      if (outline.binding().parent().isPresent()) {
        assertThat(world.objects)
            .containsKey(ObjectName.manifest(name.root(), outline.binding().parent().get()));
      }
    }
  }

  private void assertAllThere(CrashingWorld world, Set<Long> deleted) {
    Set<Hash> found = new HashSet<>();
    for (ObjectName name : world.objects.keySet()) {
      if (name.kind() == ObjectName.Kind.MANIFEST && !deleted.contains(name.root())) {
        found.add(name.hash());
      }
    }
    assertThat(found).containsAll(database.keySet());
  }

  private Set<Hash> live() {
    return Set.copyOf(database.keySet());
  }

  private <T> Optional<T> any(Random random, List<T> all) {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  @Test
  void noLiveChunkIsEverDeleted() throws IOException {
    KeyStore keys = new KeyStore(directory.resolve("keys"));
    int rootsDeleted = 0;
    int crashes = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        int[] counts = play(seed, keys);
        rootsDeleted += counts[0];
        crashes += counts[1];
      } catch (AssertionError | IOException | RuntimeException e) {
        throw new AssertionError("seed " + seed + " breaks it", e);
      }
    }
    // The worlds were eventful enough to prove something.
    assertThat(rootsDeleted).isGreaterThan(SEEDS);
    assertThat(crashes).isGreaterThan(SEEDS);
  }

  /** Plays a world, and counts roots that were deleted and crashes. */
  private int[] play(int seed, KeyStore keys) throws IOException {
    Random random = new Random(seed);
    CrashingWorld world = new CrashingWorld(random);
    database.clear();
    parents.clear();
    readWhenDeleted = false;
    now = Instant.ofEpochSecond(1_800_000_000);
    ChunkStore store = open(world, seed, keys);
    int crashes = 0;
    long highestRoot = 0;
    for (int round = 0; round < ROUNDS; round++) {
      ChunkStore current = store;
      for (int task = random.nextInt(8); task >= 0; task--) {
        addTask(world, current, random);
      }
      if (world.run(random.nextInt(3) == 0 ? random.nextInt(150) : Integer.MAX_VALUE)) {
        crashes++;
        store = open(world, seed, keys);
      }
      now = now.plus(Duration.ofHours(random.nextInt(160)));
      List<Root> roots = world.page.roots();
      Set<Long> deleted = new HashSet<>();
      roots.stream()
          .filter(root -> root.state() == RootState.DELETED)
          .forEach(root -> deleted.add(root.id()));
      highestRoot = Math.max(highestRoot, roots.getLast().id());
      assertComplete(world, deleted);
      assertAllThere(world, deleted);
      assertThat(roots.stream().map(Root::id))
          .as("no object is left of a root that is struck out")
          .containsAll(world.objects.keySet().stream().map(ObjectName::root).toList());
      Optional<Hash> read = any(random, List.copyOf(database.keySet()));
      if (read.isPresent()) {
        assertReadable(store, read.get(), Objects.requireNonNull(database.get(read.get())));
      }
      if (!readWhenDeleted) {
        assertThat(roots)
            .as("nothing that is live was read from an expired root")
            .noneMatch(Root::alarmed);
      }
    }
    int left = world.page.roots().size();
    return new int[] {(int) highestRoot - left, crashes};
  }

  private void addTask(CrashingWorld world, ChunkStore store, Random random) {
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        List<Integer> seeds = new ArrayList<>();
        for (int chunk = random.nextInt(3); chunk >= 0; chunk--) {
          seeds.add(random.nextInt(6));
        }
        Optional<Hash> parent =
            random.nextBoolean() ? any(random, List.copyOf(database.keySet())) : Optional.empty();
        int salt = random.nextInt(4);
        world.add(() -> {
          if (parent.isEmpty() || database.containsKey(parent.get())) {
            parent.ifPresent(parents::add);
            try {
              upload(store, new File(seeds, parent), salt);
            } finally {
              parent.ifPresent(parents::remove);
            }
          }
        });
      }
      case 2 ->
          any(random, List.copyOf(database.keySet()))
              .ifPresent(id ->
                  world.add(() -> {
                    world.step();
                    deleteWithChildren(id);
                  }));
      case 3 ->
          any(random, List.copyOf(database.keySet()))
              .ifPresent(id -> world.add(() -> readWhileLive(store, id)));
      case 4 -> {
        Duration time = Duration.ofHours(random.nextInt(300));
        world.add(() -> pass(world, time));
      }
      default -> world.add(() -> collect(store));
    }
  }

  /** Time passes while others are in the middle of something. */
  private void pass(CrashingWorld world, Duration time) {
    world.step();
    now = now.plus(time);
  }

  /** One collection at a time. */
  private void collect(ChunkStore store) throws IOException {
    if (!collecting) {
      collecting = true;
      try {
        store.garbageCollector().run(this::live);
      } finally {
        collecting = false;
      }
    }
  }

  private void deleteWithChildren(Hash id) {
    readWhenDeleted |= reading.equals(Optional.of(id)) || parents.contains(id);
    database.remove(id);
    List<Hash> children =
        database.entrySet().stream()
            .filter(entry -> entry.getValue().parent().equals(Optional.of(id)))
            .map(Map.Entry::getKey)
            .toList();
    children.forEach(this::deleteWithChildren);
  }

  /**
   * A reader may find its file gone, if it was deleted meanwhile; never with other bytes. One at a
   * time: a second one of the same chunk would wait for the first.
   */
  private void readWhileLive(ChunkStore store, Hash id) throws IOException {
    File file = database.get(id);
    if (file == null || reading.isPresent()) {
      return;
    }
    reading = Optional.of(id);
    try {
      assertReadable(store, id, file);
    } catch (AssertionError | IOException e) {
      if (database.containsKey(id)) {
        throw e;
      }
    } finally {
      reading = Optional.empty();
    }
  }
}
