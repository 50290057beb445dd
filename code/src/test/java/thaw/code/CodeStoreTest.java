package thaw.code;

import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.LambdaException;
import thaw.settings.DataSize;

class CodeStoreTest {
  private static final byte[] HELLO = Zips.of("app.py", "def handler(e, c): return 'hello'");

  private static final DataSize MEBIBYTE = DataSize.ofMebibytes(1);

  @TempDir Path directory;
  private CodeStore store;

  @BeforeEach
  void open() throws IOException {
    store = new CodeStore(directory, CodeSettings.defaults());
  }

  @Test
  void aPackageIsStoredAsUploadedUnderItsHash() throws IOException {
    CodeStore.StoredCode code = store.put(HELLO);

    assertThat(code.sha256Hex()).isEqualTo(Sha256.hex(Sha256.digest().digest(HELLO)));
    assertThat(java.util.Base64.getDecoder().decode(code.sha256Base64()))
        .isEqualTo(java.util.HexFormat.of().parseHex(code.sha256Hex()));
    assertThat(code.zipBytes()).isEqualTo(HELLO.length);
    assertThat(code.unzippedBytes()).isEqualTo(33);
    assertThat(store.zip(code.sha256Hex())).hasBinaryContent(HELLO);
  }

  @Test
  void storingItAgainChangesNothing() throws IOException {
    CodeStore.StoredCode code = store.put(HELLO);
    Object before = Files.readAttributes(store.zip(code.sha256Hex()), "unix:ino,lastModifiedTime");

    assertThat(store.put(HELLO)).isEqualTo(code);
    assertThat(Files.readAttributes(store.zip(code.sha256Hex()), "unix:ino,lastModifiedTime"))
        .isEqualTo(before);
  }

  @Test
  void storingItAgainMendsADamagedOne() throws IOException {
    CodeStore.StoredCode code = store.put(HELLO);
    Files.write(store.zip(code.sha256Hex()), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> store.image(code.sha256Hex())).hasMessageContaining("deploy it again");

    store.put(HELLO);

    assertThat(store.zip(code.sha256Hex())).hasBinaryContent(HELLO);
    assertThat(store.image(code.sha256Hex())).exists();
  }

  @Test
  void aRefusedPackageLeavesNothingBehind() throws IOException {
    assertThatThrownBy(() -> store.put(new Zips().link("l", "..").bytes()))
        .isInstanceOf(LambdaException.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void checkingStoresNothing() throws IOException {
    assertThat(store.check(HELLO)).isEqualTo(store.check(HELLO));
    assertThat(files()).isEmpty();
  }

  @Test
  void anImageIsSixteenGibibytesLongAndTakesLittleSpace() throws IOException {
    Path image = store.image(store.put(HELLO).sha256Hex());

    assertThat(Files.size(image)).isEqualTo(16L << 30);
    assertThat(diskBytes(image)).isBetween(1L, 100_000L);
  }

  @Test
  void anImageIsMadeOnceAndUsedAgainByTheNextProcess() throws IOException {
    String name = store.put(HELLO).sha256Hex();
    Object made = Files.getAttribute(store.image(name), "unix:ino");

    assertThat(Files.getAttribute(store.image(name), "unix:ino")).isEqualTo(made);
    CodeStore next = new CodeStore(directory, CodeSettings.defaults());
    assertThat(Files.getAttribute(next.image(name), "unix:ino")).isEqualTo(made);
  }

  @Test
  void anImageThatIsMissingIsMadeAnew() throws IOException {
    String name = store.put(HELLO).sha256Hex();
    Files.delete(store.image(name));

    assertThat(store.image(name)).exists();
  }

  @Test
  void anImageThatWasDamagedIsMadeAnewByTheNextProcess() throws IOException {
    String name = store.put(HELLO).sha256Hex();
    Path image = store.image(name);
    String whole = Sha256.ofFile(image, 1 << 20);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(4200);
      file.write(99);
    }

    CodeStore next = new CodeStore(directory, CodeSettings.defaults());

    assertThat(Sha256.ofFile(next.image(name), 1 << 20)).isEqualTo(whole);
  }

  @Test
  void anImageWithoutItsMarkerIsUnfinishedAndMadeAnew() throws IOException {
    String name = store.put(HELLO).sha256Hex();
    Path image = store.image(name);
    Files.write(image, new byte[] {1});
    Files.delete(directory.resolve("image").resolve(name + ".sum"));

    CodeStore next = new CodeStore(directory, CodeSettings.defaults());

    assertThat(Files.size(next.image(name))).isEqualTo(16L << 30);
  }

  @Test
  void unknownCodeHasNoImage() {
    assertThatThrownBy(() -> store.image("0".repeat(64))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.image("../../etc/passwd"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatADyingProcessLeftUnfinishedIsRemoved() throws IOException {
    Files.write(directory.resolve("tmp/half"), new byte[100]);

    new CodeStore(directory, CodeSettings.defaults()).put(HELLO);

    assertThat(directory.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void codeThatNobodyRefersToIsRemovedOnceUnused() throws IOException {
    String kept = store.put(HELLO).sha256Hex();
    String dropped = store.put(Zips.of("b", "b")).sha256Hex();
    store.image(dropped);

    assertThat(store.retain(Set.of(kept), Set.of())).as("used a moment ago").isZero();
    CodeStore next = new CodeStore(directory, CodeSettings.defaults());
    assertThat(next.retain(Set.of(kept), Set.of())).isEqualTo(1);

    assertThat(files()).singleElement().asString().contains(kept);
  }

  @Test
  void codeIsRemovedWhenTheTimeItIsKeptForIsOver() throws IOException {
    CodeStore hasty =
        new CodeStore(directory, new CodeSettings(1, Duration.ZERO, DataSize.ofMebibytes(1)));
    hasty.put(HELLO);

    assertThat(hasty.retain(Set.of(), Set.of())).isEqualTo(1);
    assertThat(files()).isEmpty();
  }

  @Test
  void manyAtOnceGetTheSameCodeAndImage() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Path>> images = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Callable<Path> task = () -> store.image(store.put(HELLO).sha256Hex());
        images.add(threads.submit(task));
      }
      for (Future<Path> image : images) {
        assertThat(image.get()).isEqualTo(images.getFirst().get());
      }
    }
    assertThat(files()).hasSize(3);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private static long diskBytes(Path file) throws IOException {
    Process du =
        new ProcessBuilder("du", "--block-size=1", file.toString())
            .redirectErrorStream(true)
            .start();
    String text =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return Long.parseLong(text.substring(0, text.indexOf('\t')));
  }

  @Test
  void othersOnTheHostCannotListOrReadPackages() throws IOException {
    store.put(HELLO);

    assertThat(Files.getPosixFilePermissions(directory.resolve("zip")))
        .containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE, OWNER_EXECUTE);
    assertThat(Files.getPosixFilePermissions(directory.resolve("image")))
        .doesNotContain(OTHERS_READ);
  }

  @Test
  void fileTimesAreTheArchivesOwnWhereverItIsUnpacked() throws IOException {
    java.util.TimeZone before = java.util.TimeZone.getDefault();
    Path image = store.image(store.put(HELLO).sha256Hex());
    try {
      java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("Asia/Kolkata"));
      Path other = directory.resolve("other");
      CodeStore elsewhere = new CodeStore(other, CodeSettings.defaults());
      assertThat(Sha256.ofFile(elsewhere.image(elsewhere.put(HELLO).sha256Hex()), 1 << 20))
          .isEqualTo(Sha256.ofFile(image, 1 << 20));
    } finally {
      java.util.TimeZone.setDefault(before);
    }
  }

  @Test
  void layersHaveACommonImageForAsLongAsItIsInUse() throws IOException {
    CodeStore hasty = new CodeStore(directory, new CodeSettings(1, Duration.ZERO, MEBIBYTE));
    String one = hasty.put(Zips.of("one", "1")).sha256Hex();
    String two = hasty.put(Zips.of("two", "2")).sha256Hex();

    Path both = hasty.image(List.of(one, two));
    Path turned = hasty.image(List.of(two, one));

    assertThat(both).isNotEqualTo(turned).isNotEqualTo(hasty.image(one));
    assertThat(hasty.image(List.of(one))).isEqualTo(hasty.image(one));
    assertThat(hasty.image(List.of(one, two))).isEqualTo(both);
    assertThat(hasty.unzippedBytes(one)).isEqualTo(1);

    assertThat(hasty.retain(Set.of(one, two), Set.of(List.of(one, two)))).isZero();

    assertThat(both).exists();
    assertThat(turned).doesNotExist();
    assertThat(hasty.image(List.of(two, one))).isEqualTo(turned).exists();
  }

  @Test
  void aFetchedPackageMayBeLargerThanOneThatIsSent() throws IOException {
    byte[] random = new byte[51 << 20];
    new java.util.Random(1).nextBytes(random);
    byte[] large = new Zips().file("large", random, 0100644).bytes();

    assertThatThrownBy(() -> store.put(large))
        .isInstanceOf(LambdaException.class)
        .hasMessage("Zipped size must be smaller than 52428800 bytes");
    CodeStore.StoredCode stored = store.putFetched(large);
    assertThat(stored.unzippedBytes()).isEqualTo(random.length);
    assertThat(store.putFetched(large)).isEqualTo(stored);
    assertThat(store.image(stored.sha256Hex())).exists();
  }
}
