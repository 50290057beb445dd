package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.settings.DataSize;

final class ReadPathTest {
  private static final byte[] KEY = ChunkCipher.random(32);

  @TempDir private Path directory;
  private FarTier far;
  private DiskCache disk;
  private ReadPath path;
  private Location nowhere;

  /** The furthest tier, with a switch for everything that can go wrong there. */
  private static final class FarTier implements Tier {
    private final ConcurrentHashMap<Hash, byte[]> chunks = new ConcurrentHashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean fails;
    private final AtomicInteger lies = new AtomicInteger();

    @Override
    public String name() {
      return "far";
    }

    @Override
    public Optional<byte[]> fetch(Hash chunk, Location location) throws IOException {
      fetches.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (fails) {
        throw new IOException("far away");
      }
      byte[] found = chunks.get(chunk);
      if (found == null) {
        return Optional.empty();
      }
      byte[] copy = found.clone();
      if (lies.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        copy[copy.length - 1] ^= 1;
      }
      return Optional.of(copy);
    }

    @Override
    public void keep(Hash chunk, byte[] ciphertext) {
      throw new AssertionError("it is the last");
    }

    @Override
    public void discard(Hash chunk) {}
  }

  @BeforeEach
  void open() throws IOException {
    far = new FarTier();
    open(DataSize.ofMebibytes(16), DataSize.ofMebibytes(64), Duration.ofMinutes(1));
    Roots roots = Roots.open(directory.resolve("roots.json"), InstantSource.system());
    nowhere = new Location(roots, new DirectoryOrigin(directory.resolve("o")), Hash.of(KEY));
  }

  private void open(DataSize memory, DataSize onDisk, Duration timeout) throws IOException {
    disk = new DiskCache(directory.resolve("cache"), onDisk);
    path =
        new ReadPath(
            new MemoryCache(memory), List.of(disk, far), 4, timeout, Runnable::run, Runnable::run);
  }

  private static byte[] plain(int seed) {
    byte[] plain = new byte[ChunkCipher.CHUNK_BYTES];
    new Random(seed).nextBytes(plain);
    return plain;
  }

  private Hash store(int seed) {
    byte[] chunk = plain(seed);
    ChunkCipher.crypt(KEY, chunk);
    Hash name = Hash.of(chunk);
    far.chunks.put(name, chunk);
    return name;
  }

  private void assertReads(Hash name, int seed) throws IOException {
    try (PlainChunk chunk = path.get(name, KEY, nowhere)) {
      assertThat(chunk.bytes().mismatch(MemorySegment.ofArray(plain(seed)))).isEqualTo(-1);
    }
  }

  private ReadStatistics.OfTier statistics(String tier) {
    return path.statistics().stream()
        .filter(each -> each.tier().equals(tier))
        .findAny()
        .orElseThrow();
  }

  private Path file(Hash name) {
    return directory.resolve("cache/" + name.toString().substring(0, 2) + "/" + name);
  }

  @Test
  void aChunkComesFromMemoryElseFromDiskElseFromAfar() throws IOException {
    Hash name = store(1);
    assertReads(name, 1);
    assertReads(name, 1);
    assertThat(statistics("memory").hits()).isEqualTo(1);
    assertThat(statistics("far").hits()).isEqualTo(1);
    open(DataSize.ofMebibytes(16), DataSize.ofMebibytes(64), Duration.ofMinutes(1)); // a restart
    assertReads(name, 1);
    assertThat(statistics("disk").hits()).isEqualTo(1);
    assertThat(statistics("disk").bytes()).isEqualTo(ChunkCipher.CHUNK_BYTES);
    assertThat(far.fetches).hasValue(1);
  }

  @Test
  void aThousandFaultsOnOneColdChunkFetchItOnce() throws Exception {
    Hash name = store(1);
    far.gate = new CountDownLatch(1);
    int readers = 1_000;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        reads.add(
            threads.submit(() -> {
              assertReads(name, 1);
              return null;
            }));
      }
      Awaitility.await().until(() -> statistics("memory").misses() == readers);
      far.gate.countDown();
      for (Future<?> read : reads) {
        read.get();
      }
    }
    assertThat(far.fetches).hasValue(1);
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void aFetchThatFailsFailsForAllAndTheNextOneTriesAgain() throws Exception {
    Hash name = store(1);
    far.gate = new CountDownLatch(1);
    far.fails = true;
    AtomicInteger failed = new AtomicInteger();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  path.get(name, KEY, nowhere).close();
                } catch (IOException e) {
                  failed.addAndGet("far away".equals(e.getMessage()) ? 1 : 0);
                }
              }));
    }
    Awaitility.await().until(() -> readers.stream().allMatch(ReadPathTest::isWaiting));
    far.gate.countDown();
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(failed).hasValue(20);
    assertThat(far.fetches).hasValue(1);
    far.fails = false;
    assertReads(name, 1);
  }

  @Test
  void whatIsDamagedOnDiskIsDroppedAndComesFromAfar() throws IOException {
    Hash name = store(1);
    assertReads(name, 1);
    for (byte[] damaged : new byte[][] {new byte[ChunkCipher.CHUNK_BYTES], new byte[7], {}}) {
      path =
          new ReadPath(
              new MemoryCache(DataSize.ofMebibytes(16)),
              List.of(disk, far),
              4,
              Duration.ofMinutes(1),
              Runnable::run,
              Runnable::run);
      Files.write(file(name), damaged);
      assertReads(name, 1);
      assertThat(statistics("disk").damaged()).isEqualTo(1);
      assertThat(Files.readAllBytes(file(name))).isEqualTo(far.chunks.get(name));
    }
  }

  @Test
  void wrongBytesFromAfarAreAskedForOnceMoreAndNeverGivenOut() throws IOException {
    Hash name = store(1);
    far.lies.set(1);
    assertReads(name, 1);
    assertThat(statistics("far").damaged()).isEqualTo(1);
    Hash other = store(2);
    far.lies.set(2);
    assertThatThrownBy(() -> path.get(other, KEY, nowhere)).isInstanceOf(DamagedException.class);
    assertThat(file(other)).doesNotExist();
    assertReads(other, 2);
  }

  @Test
  void whatIsNowhereSaysSo() {
    assertThatThrownBy(() -> path.get(Hash.of(KEY), KEY, nowhere))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("is nowhere whole");
  }

  @Test
  void aDiskThatTakesNothingIsNoHarm() throws IOException {
    Hash name = store(1);
    // A file stands where the shard's directory would be made.
    Files.write(DurableFiles.parent(file(name)), new byte[] {1});
    assertReads(name, 1);
    assertThat(statistics("disk").failures()).isEqualTo(1);
  }

  @Test
  void bothCachesKeepToTheirBytes() throws IOException {
    open(DataSize.ofMebibytes(16), DataSize.ofMebibytes(5), Duration.ofMinutes(1));
    for (int seed = 0; seed < 60; seed++) {
      assertReads(store(seed), seed);
    }
    assertThat(disk.bytes()).isLessThanOrEqualTo(5 << 20);
    try (var files = Files.walk(directory.resolve("cache"))) {
      assertThat(files.filter(Files::isRegularFile).count()).isLessThanOrEqualTo(10);
    }
    assertThat(disk.evictions()).isGreaterThanOrEqualTo(50);
  }

  /** Among scans that are longer than memory, where the least recently used would always go. */
  @Test
  void whatIsAskedForOftenStaysInMemoryThroughScans() throws IOException {
    int hot = 10;
    int rounds = 20;
    int scanned = hot;
    for (int round = 0; round < rounds; round++) {
      for (int seed = 0; seed < hot; seed++) {
        assertReads(store(seed), seed);
      }
      for (int i = 0; i < 40; i++, scanned++) {
        assertReads(store(scanned), scanned);
      }
    }
    assertThat(statistics("memory").hits()).isGreaterThan(hot * rounds / 2);
  }

  /** A slot is given to another chunk only when its last reader has let go. */
  @Test
  void whatAReaderHoldsStaysWhatItIsHoweverManyChunksFollow() throws IOException {
    Hash first = store(1_000);
    try (PlainChunk held = path.get(first, KEY, nowhere)) {
      List<PlainChunk> others = new ArrayList<>();
      for (int seed = 0; seed < 100; seed++) {
        others.add(path.get(store(seed), KEY, nowhere));
      }
      assertThat(held.bytes().mismatch(MemorySegment.ofArray(plain(1_000)))).isEqualTo(-1);
      for (int seed = 0; seed < 100; seed++) {
        assertThat(others.get(seed).bytes().mismatch(MemorySegment.ofArray(plain(seed))))
            .isEqualTo(-1);
        others.get(seed).close();
      }
    }
    assertReads(first, 1_000);
  }

  @Test
  void manyReadersOfManyChunksInLittleMemoryNeverSeeAnothersBytes() throws Exception {
    List<Hash> names = new ArrayList<>();
    List<MemorySegment> plains = new ArrayList<>();
    for (int seed = 0; seed < 48; seed++) {
      names.add(store(seed));
      plains.add(MemorySegment.ofArray(plain(seed)));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 8; reader++) {
        Random random = new Random(reader);
        readers.add(
            threads.submit(() -> {
              for (int i = 0; i < 150; i++) {
                int which = random.nextInt(names.size());
                try (PlainChunk chunk = path.get(names.get(which), KEY, nowhere)) {
                  assertThat(chunk.bytes().mismatch(plains.get(which))).isEqualTo(-1);
                }
              }
              return null;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  @Test
  void whoeverWaitsLongerThanAllowedIsToldSo() throws Exception {
    open(DataSize.ofMebibytes(16), DataSize.ofMebibytes(64), Duration.ofMillis(20));
    Hash name = store(1);
    far.gate = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = threads.submit(() -> path.get(name, KEY, nowhere));
      Awaitility.await().until(() -> far.fetches.get() == 1);
      assertThatThrownBy(() -> path.get(name, KEY, nowhere))
          .hasMessageContaining("not there after");
      far.gate.countDown();
      first.get();
    }
  }

  @Test
  void unfinishedFilesOfAnEarlierProcessAreSwept() throws IOException {
    Hash name = store(1);
    assertReads(name, 1);
    Path torn = file(name).resolveSibling(DurableFiles.TEMPORARY_PREFIX + "x");
    Files.write(torn, new byte[9]);
    Files.write(file(name), new byte[9]);
    open(DataSize.ofMebibytes(16), DataSize.ofMebibytes(64), Duration.ofMinutes(1));
    assertThat(torn).doesNotExist();
    assertThat(file(name)).doesNotExist();
    assertThat(disk.bytes()).isZero();
  }
}
