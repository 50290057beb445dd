package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ManifestIndex.Entry;
import thaw.chunks.ManifestIndex.Kind;
import thaw.chunks.S3Server.Fault;
import thaw.chunks.StorageSettings.OriginKind;
import thaw.chunks.StorageSettings.PublishedLayers;

/** Platforms, each with a database of its own, and one place for their chunks. */
final class OwnersTest {
  private static final String ACCOUNT = "000000000000";

  @TempDir private Path directory;
  private S3Server server;
  private final InMemoryManifests one = new InMemoryManifests();
  private final InMemoryManifests other = new InMemoryManifests();

  @BeforeEach
  void start() throws IOException {
    server = new S3Server();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ChunkStorage inDirectory(String place, InMemoryManifests index) throws IOException {
    return ChunkStorage.open(
        StorageSettings.in(directory.resolve(place), directory.resolve("keys")),
        ChunkSettings.defaults(),
        directory.resolve(index.owner()),
        index);
  }

  /** Its garbage collection deletes at once whatever is not live. */
  private ChunkStorage inS3(String prefix, InMemoryManifests index) throws IOException {
    ChunkSettings defaults = ChunkSettings.defaults();
    ChunkSettings quick =
        new ChunkSettings(
            defaults.memoryCache(),
            defaults.diskCache(),
            defaults.fetchesAtOnce(),
            defaults.fetchTimeout(),
            defaults.uploadsAtOnce(),
            defaults.saltPeriod(),
            1,
            1,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            defaults.drainTimeout());
    S3Settings s3 =
        new S3Settings(
            Optional.of("bucket"),
            prefix,
            Optional.of(server.endpoint()),
            "us-east-1",
            true,
            Optional.of("test"),
            Optional.of("test"),
            2,
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            64);
    return ChunkStorage.open(
        new StorageSettings(
            OriginKind.S3,
            Optional.empty(),
            Optional.empty(),
            PublishedLayers.SHARED,
            true,
            Duration.ofHours(1),
            s3),
        quick,
        directory.resolve(index.owner()),
        index);
  }

  private static void store(ChunkStorage storage, InMemoryManifests index, int seed)
      throws IOException {
    byte[] content = OriginContract.bytes(seed, 3 * ChunkCipher.CHUNK_BYTES);
    try (Disks.Stored stored =
        new Disks(storage.store()).store(ACCOUNT, "disk", disk -> disk.write(content))) {
      index.put(Kind.DISK, "disk", new Entry(stored.id(), ""));
    }
  }

  private static byte[] read(ChunkStorage storage, InMemoryManifests index) throws IOException {
    byte[] bytes = new byte[3 * ChunkCipher.CHUNK_BYTES];
    Hash id = index.find(Kind.DISK, "disk").orElseThrow().manifest();
    new Disks(storage.store())
        .open(ACCOUNT, id)
        .orElseThrow()
        .read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  @Test
  void aPlaceBelongsToTheFirstDatabaseThatUsesIt() throws IOException {
    inDirectory("origin", one).close();
    byte[] roots = Files.readAllBytes(directory.resolve("origin/roots.json"));
    assertThatThrownBy(() -> inDirectory("origin", other))
        .isInstanceOf(ForeignOriginException.class)
        .hasMessageContaining(directory.resolve("origin").toString())
        .hasMessageContaining(one.owner())
        .hasMessageContaining("storage.s3.prefix");
    assertThat(directory.resolve("origin/roots.json")).hasBinaryContent(roots);
    inDirectory("origin", one).close();
    inDirectory("origin of its own", other).close();
  }

  @Test
  void aPrefixOfABucketBelongsToTheFirstDatabaseThatUsesIt() throws IOException {
    inS3("a/", one).close();
    assertThatThrownBy(() -> inS3("a/", other))
        .isInstanceOf(ForeignOriginException.class)
        .hasMessageContaining("s3://bucket/a/");
    inS3("a/", one).close();
  }

  /**
   * Both have a root 1 and the same content, and one retires and deletes its own again and again.
   */
  @Test
  void whatOnePlatformCollectsIsNeverAnothersBesideIt() throws IOException {
    byte[] content = OriginContract.bytes(1, 3 * ChunkCipher.CHUNK_BYTES);
    try (ChunkStorage ones = inS3("a/", one);
        ChunkStorage others = inS3("a/b/", other)) {
      store(ones, one, 1);
      store(others, other, 1);
      for (int run = 0; run < 3; run++) {
        one.remove(Kind.DISK, "disk");
        ones.store().garbageCollector().run(one);
        assertThat(ones.store().garbageCollector().dryRun(one).roots())
            .allMatch(root -> root.chunks() == 0);
        assertThat(read(others, other)).isEqualTo(content);
        store(ones, one, 1);
        others.store().garbageCollector().run(other);
        assertThat(read(ones, one)).isEqualTo(content);
      }
    }
    try (ChunkStorage again = inS3("a/b/", other)) {
      assertThat(read(again, other)).isEqualTo(content);
    }
  }

  /** A start needs no S3; whose the place is, is asked before anything in it is changed. */
  @Test
  void whatCannotBeAskedAtTheStartIsAskedBeforeTheFirstChange() throws IOException {
    server.failAll(Fault.ERROR);
    try (ChunkStorage late = inS3("a/", other)) {
      assertThatThrownBy(() -> store(late, other, 1)).isInstanceOf(IOException.class);
      server.failAll(Fault.NONE);
      try (ChunkStorage first = inS3("a/", one)) {
        store(first, one, 1);
        assertThatThrownBy(() -> store(late, other, 1))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(one.owner());
        assertThatThrownBy(() -> late.store().garbageCollector().run(other))
            .isInstanceOf(ForeignOriginException.class);
        assertThat(read(first, one)).hasSize(3 * ChunkCipher.CHUNK_BYTES);
      }
    }
  }

  @Test
  void aDamagedMarkIsNobodys() throws IOException {
    inDirectory("origin", one).close();
    Files.write(
        directory.resolve("origin").resolve(OwnedOrigin.MARK),
        "{\"formatVersion\":2}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> inDirectory("origin", one)).isInstanceOf(DamagedException.class);
  }
}
