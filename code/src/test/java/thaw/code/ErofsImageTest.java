package thaw.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.erofs.ContentLayout;
import thaw.model.LambdaException;

/** Images are read back by fsck.erofs, which is not ours, and checks what it reads. */
class ErofsImageTest {
  @TempDir Path directory;

  @Test
  void contentModesTimesAndLinksAreThoseOfTheArchive() throws Exception {
    Path tree =
        unpack(
            new Zips()
                .file("app.py", "def handler(e, c): return e")
                .file("secret.txt", "readable by all".getBytes(StandardCharsets.UTF_8), 0100600)
                .executable("bootstrap", "#!/bin/sh")
                .plain("windows.dll", "no attributes")
                .file("sub/empty", "")
                .link("current", "sub/empty")
                .file("日本語/grüße.txt", "hallo")
                .bytes());

    assertThat(tree.resolve("app.py")).hasContent("def handler(e, c): return e");
    assertThat(tree.resolve("sub/empty")).isEmptyFile();
    assertThat(mode(tree.resolve("secret.txt"))).isEqualTo("rw-r--r--");
    assertThat(mode(tree.resolve("bootstrap"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(tree.resolve("windows.dll"))).isEqualTo("rw-r--r--");
    assertThat(mode(tree.resolve("sub"))).isEqualTo("rwxr-xr-x");
    assertThat(Files.readSymbolicLink(tree.resolve("current"))).hasToString("sub/empty");
    assertThat(Files.getLastModifiedTime(tree.resolve("app.py")))
        .isEqualTo(FileTime.from(Instant.parse("2024-05-06T07:08:10Z")));
  }

  @Test
  void equalTreesMakeEqualImagesWhateverTheOrderOfEntries() throws IOException {
    byte[] one = image(new Zips().file("a/x", "1").file("b", "2").directory("c/").bytes());
    byte[] same = image(new Zips().file("a/x", "1").file("b", "2").directory("c/").bytes());
    byte[] turned = image(new Zips().directory("c/").file("b", "2").file("a/x", "1").bytes());

    assertThat(same).isEqualTo(one);
    assertThat(turned).isEqualTo(one);
  }

  @Test
  void ofSeveralArchivesTheLastWinsAndDirectoriesAreOne() throws Exception {
    byte[] first =
        new Zips()
            .file("lib/a", "first")
            .file("lib/both", "first")
            .file("turns/into", "a file")
            .link("link", "lib/a")
            .file("becomes", "a directory")
            .bytes();
    byte[] second =
        new Zips()
            .executable("lib/both", "second, and longer")
            .file("lib/b", "second")
            .file("turns", "now a file")
            .file("link", "now a file")
            .file("becomes/x", "in it")
            .bytes();

    Path tree = unpack(first, second);

    assertThat(tree.resolve("lib/a")).hasContent("first");
    assertThat(tree.resolve("lib/b")).hasContent("second");
    assertThat(tree.resolve("lib/both")).hasContent("second, and longer");
    assertThat(mode(tree.resolve("lib/both"))).isEqualTo("rwxr-xr-x");
    assertThat(tree.resolve("turns")).hasContent("now a file");
    assertThat(Files.isSymbolicLink(tree.resolve("link"))).isFalse();
    assertThat(tree.resolve("becomes/x")).hasContent("in it");
    assertThat(image(first, second)).isEqualTo(image(first, second));
    assertThat(image(first, second)).isNotEqualTo(image(second, first));
  }

  @Test
  void archivesWithTooManyFilesTogetherAreRefused() {
    int half = ArchiveTree.NODES / 2 + 1;
    Zips one = new Zips();
    Zips other = new Zips();
    for (int i = 0; i < half; i++) {
      one.file("a" + i, "");
      other.file("b" + i, "");
    }
    byte[] first = one.bytes();
    byte[] second = other.bytes();
    assertThatThrownBy(() -> image(first, second))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("together they hold more than 200000 files and directories");
  }

  @Test
  void namesThatSortBeforeTheDotAreFound() throws Exception {
    Path tree = unpack(new Zips().file("!a", "1").file("-b", "2").file("...", "3").bytes());

    assertThat(tree.resolve("!a")).hasContent("1");
    assertThat(tree.resolve("-b")).hasContent("2");
    assertThat(tree.resolve("...")).hasContent("3");
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void randomTreesComeBackAsTheyWere(long seed) throws Exception {
    Random random = new Random(seed);
    TreeMap<String, byte[]> files = new TreeMap<>();
    for (int i = random.nextInt(1, 800); i > 0; i--) {
      String path = "d" + random.nextInt(5) + "/";
      path += random.nextBoolean() ? "" : "e" + random.nextInt(40) + "/";
      path += "n".repeat(random.nextInt(200)) + random.nextInt(1_000_000);
      byte[] content =
          new byte[random.nextInt(4) == 0 ? 4096 * random.nextInt(3) : random.nextInt(20_000)];
      random.nextBytes(content);
      files.put(path, content);
    }
    for (int i = (int) seed % 3; i > 0; i--) { // with these its content has boundaries of chunks
      byte[] content = new byte[random.nextInt(1_000_000, 6_000_000)];
      random.nextBytes(content);
      files.put("d1/large" + i, content);
    }
    Zips zips = new Zips();
    files.forEach((path, content) -> zips.file(path, content, 0100644));

    Path tree = unpack(zips.bytes());

    TreeMap<String, byte[]> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        found.put(tree.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    assertThat(found.keySet()).as("seed %d", seed).isEqualTo(files.keySet());
    files.forEach((path, content) -> assertThat(found.get(path)).as(path).isEqualTo(content));
  }

  @Test
  void aFileThatGrowsLeavesTheChunksOfTheOthers() throws IOException {
    List<String> before = chunks(image(manyFiles(1_000, false)));

    List<String> grown = chunks(image(manyFiles(300_000, false)));
    List<String> more = chunks(image(manyFiles(1_000, true)));

    assertThat(before).hasSizeGreaterThan(120);
    assertThat(kept(before, grown)).isGreaterThan(0.95);
    assertThat(kept(before, more)).isGreaterThan(0.95);
  }

  @Test
  void aSmallImageHasNoGaps() throws IOException {
    // The superblock, one block of metadata, and 600,000 bytes in blocks.
    assertThat(image(new Zips().file("a", new byte[600_000], 0100644).bytes()))
        .hasSize((1 + 1 + 147) * 4096);
  }

  /** About 70 MB; the first file, in the order of the image, is that large. */
  private static byte[] manyFiles(int firstBytes, boolean another) {
    Random random = new Random(7);
    Zips zips = new Zips();
    byte[] first = new byte[firstBytes];
    Arrays.fill(first, (byte) 1);
    zips.file("d/aaa", first, 0100644);
    if (another) {
      zips.file("d/aab", "another");
    }
    for (int i = 0; i < 3000; i++) {
      byte[] content = new byte[i % 200 == 0 ? 1_500_000 : random.nextInt(40_000)];
      random.nextBytes(content);
      zips.file("d/file" + i, content, 0100644);
    }
    return zips.bytes();
  }

  private static double kept(List<String> before, List<String> after) {
    Set<String> there = new HashSet<>(after);
    return (double) before.stream().filter(there::contains).count() / before.size();
  }

  private static List<String> chunks(byte[] image) {
    List<String> hashes = new ArrayList<>();
    for (int at = 0; at < image.length; at += ContentLayout.CHUNK_BYTES) {
      int end = Math.min(image.length, at + ContentLayout.CHUNK_BYTES);
      hashes.add(Sha256.hex(Sha256.digest().digest(Arrays.copyOfRange(image, at, end))));
    }
    return hashes;
  }

  private Path unpack(byte[]... zips) throws Exception {
    Path file = directory.resolve("image");
    Files.write(file, image(zips));
    Path tree = directory.resolve("tree");
    Process fsck =
        new ProcessBuilder("fsck.erofs", "--extract=" + tree, file.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("fsck.log").toFile())
            .start();
    assertThat(fsck.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(fsck.exitValue()).as(Files.readString(directory.resolve("fsck.log"))).isZero();
    return tree;
  }

  private static byte[] image(byte[]... zips) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Archives archives = Archives.open(List.of(zips));
        OutputStream out = bytes) {
      assertThat(ErofsImage.write(archives, out)).isEqualTo(bytes.size());
    }
    return bytes.toByteArray();
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }
}
