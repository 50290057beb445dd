package thaw.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
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
import thaw.chunks.StorageSettings;

/** Disks of images in the chunk store. */
final class ImageStoreTest {
  private static final String ACCOUNT = "000000000000";

  /** Somebody's content, three chunks of it. */
  private static final byte[] CONTENT = new byte[3 * 524_288];

  static {
    new Random(1).nextBytes(CONTENT);
  }

  @TempDir Path directory;
  private ChunkStorage storage;

  @BeforeEach
  void open() throws IOException {
    storage =
        ChunkStorage.open(
            StorageSettings.in(directory.resolve("origin"), directory.resolve("keys")),
            ChunkSettings.defaults(),
            directory);
  }

  @AfterEach
  void close() {
    storage.close();
  }

  /** One that knows of nothing yet. */
  private ImageStore store() throws IOException {
    return new ImageStore(
        directory.resolve("images"),
        ImageSettings.defaults(),
        Optional.of(new ImageStore.Chunked(new Disks(storage.store()), new InMemoryManifests())));
  }

  private ResolvedImage image(ImageStore store) throws IOException {
    Path layout = directory.resolve("layout");
    if (!Files.exists(layout)) {
      new Layout(layout).image("t", List.of(new Layer().file("a", CONTENT).tar()), Map.of());
    }
    return store.resolve("oci:" + layout);
  }

  private Set<Path> chunks() throws IOException {
    try (Stream<Path> tree = Files.walk(directory.resolve("origin/roots"))) {
      return tree.filter(Files::isRegularFile)
          .filter(file -> file.toString().contains("/chunks/"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void oneDigestGivesTheSameChunksWheneverItIsTakenInAndNoSecondCopy() throws IOException {
    try (ImageStore first = store();
        ImageStore second = store()) {
      ResolvedImage image = image(first);
      String digest = image.digest().hex();
      first.take(ACCOUNT, image.uri(), digest);
      Set<Path> chunks = chunks();

      second.take(ACCOUNT, image.uri(), digest);

      assertThat(chunks()).isEqualTo(chunks);
      // The superblock, three of content, and the metadata.
      assertThat(chunks).hasSize(5);
      assertThat(filesOutside("origin", "layout", "keys")).isEmpty();
    }
  }

  private List<Path> filesOutside(String... names) throws IOException {
    Set<Path> known = new HashSet<>();
    for (String name : names) {
      known.add(directory.resolve(name));
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile)
          .filter(file -> known.stream().noneMatch(file::startsWith))
          .toList();
    }
  }

  @Test
  void anotherAccountHasChunksOfItsOwn() throws IOException {
    try (ImageStore store = store()) {
      ResolvedImage image = image(store);
      String digest = image.digest().hex();
      store.take(ACCOUNT, image.uri(), digest);
      int chunks = chunks().size();

      store.take("111111111111", image.uri(), digest);

      assertThat(chunks()).hasSize(2 * chunks);
    }
  }

  @Test
  void anImageThatWasNotTakenInIsNotThere() throws IOException {
    try (ImageStore store = store()) {
      String digest = image(store).digest().hex();
      assertThatThrownBy(() -> store.pages(ACCOUNT, digest))
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void aDamagedChunkIsNeverReadAndTheImageIsMadeAnew() throws IOException {
    try (ImageStore store = store()) {
      ResolvedImage image = image(store);
      String digest = image.digest().hex();
      store.take(ACCOUNT, image.uri(), digest);
      for (Path chunk : chunks()) {
        byte[] bytes = Files.readAllBytes(chunk);
        bytes[bytes.length - 1] ^= 1;
        Files.write(chunk, bytes);
      }
      ImageStore.Pages damaged = store.pages(ACCOUNT, digest);
      assertThatThrownBy(() -> damaged.page(0)).isInstanceOf(DamagedException.class);

      ImageStore.Pages anew = store.pages(ACCOUNT, digest);

      assertThat(contents(anew)).isEqualTo(CONTENT);
    }
  }

  /** The only file's, which begins on the first boundary. */
  private static byte[] contents(ImageStore.Pages pages) throws IOException {
    byte[] contents = new byte[CONTENT.length];
    for (int at = 0; at < contents.length; at += 4096) {
      byte[] page = pages.page((524_288 + at) / 4096).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
      System.arraycopy(page, 0, contents, at, page.length);
    }
    return contents;
  }

  @Test
  void whatIsNoImageLeavesNothingThatAnybodySees() throws IOException {
    byte[] device = new Layer().file("a", CONTENT).device("dev").tar();
    Path layout = directory.resolve("layout");
    new Layout(layout).image("t", List.of(device), Map.of());
    try (ImageStore store = store()) {
      ResolvedImage image = store.resolve("oci:" + layout);
      String digest = image.digest().hex();

      assertThatThrownBy(() -> store.take(ACCOUNT, image.uri(), digest))
          .isInstanceOf(ImageException.class)
          .hasMessageContaining("is a device");

      assertThatThrownBy(() -> store.pages(ACCOUNT, digest))
          .isInstanceOf(NoSuchFileException.class);
    }
  }
}
