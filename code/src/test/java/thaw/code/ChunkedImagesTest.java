package thaw.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ChunkSettings;
import thaw.chunks.ChunkStorage;
import thaw.chunks.DamagedException;
import thaw.chunks.Disks;
import thaw.chunks.InMemoryManifests;
import thaw.chunks.ManifestIndex.Kind;
import thaw.chunks.StorageSettings;
import thaw.settings.DataSize;

final class ChunkedImagesTest {
  private static final String ACCOUNT = "000000000000";

  /** Three chunks that do not compress. */
  private static final String LARGE;

  private static final byte[] HELLO = Zips.of("app.py", "def handler(e, c): return 'hello'");

  static {
    byte[] random = new byte[3 * 524_288 / 2];
    new Random(7).nextBytes(random);
    LARGE = HexFormat.of().formatHex(random);
  }

  @TempDir Path directory;
  private final InMemoryManifests index = new InMemoryManifests();
  private ChunkStorage storage;
  private CodeStore store;

  @BeforeEach
  void open() throws IOException {
    storage = storageOf("one");
    store = storeOf("one");
  }

  private ChunkStorage storageOf(String worker) throws IOException {
    return ChunkStorage.open(
        StorageSettings.in(directory.resolve("origin"), directory.resolve("keys")),
        ChunkSettings.defaults(),
        directory.resolve(worker),
        index);
  }

  private CodeStore storeOf(String worker) throws IOException {
    return new CodeStore(
        directory.resolve(worker).resolve("code"),
        CodeSettings.defaults(),
        Optional.of(new ChunkedImages(new Disks(storage.store()), index, ACCOUNT)));
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void aDiskHasTheBytesOfTheImageAndIsZeroBeyond() throws IOException {
    String code = store.put(HELLO).sha256Hex();
    ChunkedImage disk = store.disk(List.of(code));

    byte[] image = Files.readAllBytes(firstBytes(store.image(code), disk.bytes()));
    assertThat(read(disk, disk.bytes())).isEqualTo(image);
    assertThat(disk.page((16L << 30) / 4096 - 1)).isEmpty();
  }

  /** The file is 16 GiB long, nearly all of it a hole. */
  private Path firstBytes(Path file, long bytes) throws IOException {
    Path part = directory.resolve("part");
    try (var in = Files.newInputStream(file)) {
      Files.write(part, in.readNBytes(Math.toIntExact(bytes)));
    }
    return part;
  }

  @Test
  void aWorkerThatNeverSawTheCodeReadsItFromTheOrigin() throws IOException {
    String code = store.put(HELLO).sha256Hex();
    byte[] image = read(store.disk(List.of(code)), 8192);
    storage.close();

    storage = storageOf("two");
    CodeStore other = storeOf("two"); // it has no package to make the image of

    assertThat(read(other.disk(List.of(code)), 8192)).isEqualTo(image);
    assertThat(directory.resolve("two/code/image")).isEmptyDirectory();
  }

  @Test
  void equalFilesOfTwoPackagesAreStoredOnce() throws IOException {
    store.disk(List.of(store.put(Zips.of("data", LARGE)).sha256Hex()));
    int before = chunkFiles().size();

    store.disk(List.of(store.put(Zips.of("date", LARGE)).sha256Hex()));

    assertThat(before).isEqualTo(4);
    assertThat(chunkFiles()).hasSize(before + 1); // that of the names
  }

  @Test
  void whatIsNoLongerInUseIsForgotten() throws IOException {
    CodeSettings hasty = new CodeSettings(2, Duration.ZERO, DataSize.ofMebibytes(100));
    CodeStore forgetful =
        new CodeStore(
            directory.resolve("hasty"),
            hasty,
            Optional.of(new ChunkedImages(new Disks(storage.store()), index, ACCOUNT)));
    String code = forgetful.put(HELLO).sha256Hex();
    forgetful.disk(List.of(code));
    assertThat(index.all(Kind.DISK)).containsOnlyKeys(code);

    forgetful.retain(Set.of(), Set.of());

    assertThat(index.all(Kind.DISK)).isEmpty();
  }

  @Test
  void aDamagedChunkIsNeverReadAndTheImageIsMadeAnew() throws IOException {
    String code = store.put(HELLO).sha256Hex();
    store.disk(List.of(code));
    for (Path chunk : chunkFiles()) {
      byte[] bytes = Files.readAllBytes(chunk);
      bytes[100] ^= 1;
      Files.write(chunk, bytes);
    }
    ChunkedImage damaged = store.disk(List.of(code));
    assertThatThrownBy(() -> damaged.page(0)).isInstanceOf(DamagedException.class);

    ChunkedImage anew = store.disk(List.of(code));

    byte[] image = new byte[4096];
    try (var in = Files.newInputStream(store.image(code))) {
      in.readNBytes(image, 0, image.length);
    }
    assertThat(read(anew, 4096)).isEqualTo(image);
  }

  private static byte[] read(ChunkedImage disk, long bytes) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (long page = 0; page < bytes / 4096; page++) {
      Optional<MemorySegment> content = disk.page(page);
      all.writeBytes(
          content.isPresent() ? content.get().toArray(ValueLayout.JAVA_BYTE) : new byte[4096]);
    }
    return all.toByteArray();
  }

  private List<Path> chunkFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("origin/roots"))) {
      return files
          .filter(file -> file.toString().contains("/chunks/") && Files.isRegularFile(file))
          .toList();
    }
  }
}
