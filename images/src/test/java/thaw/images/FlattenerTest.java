package thaw.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks are read back by the kernel, and compared with what umoci, which is not ours, unpacks the
 * same layers to.
 */
class FlattenerTest {
  private static final long DAY = 86_400;

  @TempDir Path directory;

  @Test
  void whiteoutsLinksOwnersModesTimesAndAttributesComeOutRight() throws Exception {
    byte[] lower =
        new Layer()
            .directory("etc", 0750, 3, 4, Layer.TIME - DAY)
            .file("etc/passwd", "root")
            .file("etc/gone", "gone")
            .directory("opaque")
            .file("opaque/old", "old")
            .file(
                "target", Layout.text("shared"), 04755, 5, 6, Layer.TIME, Map.of("user.a", "wert"))
            .symbolicLink("link", "etc/passwd")
            .file("becomes", "a directory")
            .tar();
    byte[] upper =
        new Layer()
            .directory("etc", 0755, 0, 0, Layer.TIME)
            .remove("etc/", "gone")
            .empty("opaque/")
            .directory("opaque")
            .file("opaque/new", "new")
            .hardLink("also", "target")
            .directory("becomes")
            .file("becomes/x", "x")
            .file("empty", "")
            .fifo("fifo")
            .tar();

    Map<String, String> tree = compared("image", List.of(lower, upper));

    assertThat(tree)
        .containsKeys("etc/passwd", "opaque/new", "becomes/x", "also", "empty", "link")
        .doesNotContainKeys("etc/gone", "opaque/old");
    assertThat(tree.get("also")).isEqualTo(tree.get("target")).contains("links 2", "104755 5:6");
    assertThat(tree.get("target")).contains("{a=wert}");
  }

  @Test
  void randomLayersGiveWhatUmociUnpacks() throws Exception {
    int compared = 0;
    for (long seed = 1; seed <= 30; seed++) {
      List<byte[]> layers = randomLayers(new Random(seed));
      if (unpacks("seed" + seed, layers)) {
        compared("seed" + seed, layers);
        compared++;
      }
    }
    assertThat(compared).as("layers that umoci can unpack").isGreaterThanOrEqualTo(20);
  }

  @Test
  void namesThatLeadOutStayInside() throws Exception {
    byte[] layer =
        new Layer()
            .directory("real")
            .file("../../escaped", "1")
            .file("/absolute", "2")
            .symbolicLink("up", "../../real")
            .file("up/through", "3")
            .symbolicLink("abs", "/real")
            .file("abs/too", "4")
            .tar();

    Map<String, String> tree = compared("tricks", List.of(layer));

    assertThat(tree)
        .containsKeys("escaped", "absolute", "real/through", "real/too")
        .doesNotContainKeys("up/through");
  }

  @Test
  void contentThatOnlySeemsToBeHiddenIsThere() throws Exception {
    byte[] lower = new Layer().file("b", "content").hardLink("a", "b").tar();
    byte[] upper = new Layer().remove("", "b").tar();

    Map<String, String> tree = compared("hidden", List.of(lower, upper));

    assertThat(tree).containsKey("a").doesNotContainKey("b");
  }

  @Test
  void devicesAreRefused() {
    byte[] layer = new Layer().device("dev/sda").tar();
    assertThatThrownBy(() -> chunks(List.of(layer)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("dev/sda is a device");
  }

  @Test
  void whatIsBelowAFileOrLinksToNothingIsRefused() {
    byte[] below = new Layer().file("a", "").file("a/b", "").tar();
    byte[] nothing = new Layer().hardLink("a", "b").tar();
    byte[] round = new Layer().symbolicLink("a", "b").symbolicLink("b", "a").file("a/c", "").tar();
    byte[] nameless = new Layer().file("x/.wh...", "").tar();
    assertThatThrownBy(() -> chunks(List.of(below))).hasMessageContaining("not a directory");
    assertThatThrownBy(() -> chunks(List.of(nothing))).hasMessageContaining("not there");
    assertThatThrownBy(() -> chunks(List.of(round))).hasMessageContaining("lead nowhere");
    assertThatThrownBy(() -> chunks(List.of(nameless))).hasMessageContaining("no name");
  }

  @Test
  void equalLayersGiveEqualDisksHoweverTheyAreCompressed() throws Exception {
    List<byte[]> layers = randomLayers(new Random(3));
    Layout layout = new Layout(directory.resolve("oci"));
    layout.image("plain", layers, Map.of());
    layout.image("gzip", layers, layers.stream().map(Layer::gzip).toList(), "x.tar+gzip", Map.of());
    layout.image("zstd", layers, layers.stream().map(Layer::zstd).toList(), "x.tar+zstd", Map.of());

    List<Digest> plain = chunks(":plain");
    assertThat(chunks(":gzip")).isEqualTo(plain);
    assertThat(chunks(":zstd")).isEqualTo(plain);
  }

  @Test
  void aFileThatGrowsLeavesTheChunksOfTheOthers() throws Exception {
    List<Digest> before = chunks(List.of(manyFiles(1000)));
    List<Digest> after = chunks(List.of(manyFiles(300_000)));

    Set<Digest> kept = new HashSet<>(after);
    long same = before.stream().filter(kept::contains).count();
    assertThat((double) same / before.size()).as("of %d chunks", before.size()).isGreaterThan(0.95);
  }

  @Test
  void aLowerLayerHasTheSameChunksUnderAnyUpperOne() throws Exception {
    byte[] lower = manyFiles(1000);
    List<Digest> alone = chunks(List.of(lower));
    List<Digest> below = chunks(List.of(lower, new Layer().file("app", new byte[700_001]).tar()));

    // The first chunk has the superblock alone, and the last ones are metadata.
    assertThat(below).containsAll(alone.subList(0, alone.size() - 1));
  }

  @Test
  void aDiskIsAsLargeAsEveryOther() throws Exception {
    Chunked chunked = new Chunked();
    flatten(List.of(new Layer().file("a", "a").tar()), chunked);
    assertThat(chunked.bytes()).isEqualTo(Flattener.DISK_BYTES);
    assertThat(chunked.chunks()).hasSize(3);
  }

  /** About 100 MB, of which one early file is that large. */
  private static byte[] manyFiles(int firstBytes) {
    Random random = new Random(7);
    Layer layer = new Layer().directory("d");
    byte[] first = new byte[firstBytes];
    Arrays.fill(first, (byte) 1);
    layer.file("d/aaa", first);
    for (int i = 0; i < 3000; i++) {
      byte[] content = new byte[i % 200 == 0 ? 2_000_000 : random.nextInt(40_000)];
      random.nextBytes(content);
      layer.file("d/file" + i, content);
    }
    return layer.tar();
  }

  private List<byte[]> randomLayers(Random random) {
    List<byte[]> layers = new ArrayList<>();
    Set<String> files = new TreeSet<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      layers.add(randomLayer(random, files));
    }
    return layers;
  }

  private static byte[] randomLayer(Random random, Set<String> files) {
    Layer layer = new Layer();
    Set<String> own = new HashSet<>();
    String[] directories = {"", "a/", "a/b/", "c/"};
    for (String name : List.of("a", "a/b", "c")) {
      if (own.stream().noneMatch(name::startsWith)) {
        layer.directory(name, 0700 + random.nextInt(64), random.nextInt(3), 0, Layer.TIME);
      }
    }
    for (int i = random.nextInt(25); i > 0; i--) {
      String place = directories[random.nextInt(directories.length)];
      String name = place + (char) ('p' + random.nextInt(6));
      if (!own.add(name)) {
        continue;
      }
      switch (random.nextInt(8)) {
        case 0 -> {
          own.add(name.substring(place.length()));
          layer.remove(place, name.substring(place.length()));
          files.remove(name);
        }
        case 1 -> layer.symbolicLink(name, random.nextBoolean() ? "/a/b" : "../c/p");
        case 2 -> {
          List<String> targets = files.stream().filter(f -> !f.equals(name)).toList();
          if (!targets.isEmpty()) {
            layer.hardLink(name, targets.get(random.nextInt(targets.size())));
          }
        }
        case 3 -> {
          if (random.nextInt(3) == 0 && !place.isEmpty()) {
            layer.empty(place);
            files.removeIf(f -> f.startsWith(place));
          }
        }
        case 4 -> layer.directory(name + "x", 0755, 1, 2, Layer.TIME + random.nextInt(1000));
        default -> {
          byte[] content = new byte[random.nextInt(5) == 0 ? 0 : random.nextInt(20_000)];
          random.nextBytes(content);
          layer.file(
              name,
              content,
              random.nextInt(07777),
              random.nextInt(70_000),
              random.nextInt(70_000),
              Layer.TIME - random.nextInt(1_000_000),
              random.nextBoolean() ? Map.of() : Map.of("user.k" + i, "v".repeat(i)));
          files.add(name);
        }
      }
    }
    return layer.tar();
  }

  private boolean unpacks(String name, List<byte[]> layers) throws Exception {
    new Layout(directory.resolve(name)).image("t", layers, Map.of());
    return Mounted.exit(
            "umoci",
            "unpack",
            "--image",
            directory.resolve(name) + ":t",
            directory.resolve(name + ".umoci").toString())
        == 0;
  }

  /** The tree, once both ways have come to the same. */
  private Map<String, String> compared(String name, List<byte[]> layers) throws Exception {
    if (!Files.exists(directory.resolve(name + ".umoci"))) {
      assertThat(unpacks(name, layers)).isTrue();
    }
    Path disk = directory.resolve(name + ".disk");
    try (DiskFile file = new DiskFile(disk)) {
      flatten(layers, file);
    }
    Mounted.run("fsck.erofs", disk.toString());
    try (Mounted mounted = new Mounted(disk, directory.resolve(name + ".mounted"))) {
      Map<String, String> tree = Mounted.tree(mounted.directory());
      Map<String, String> expected =
          Mounted.tree(directory.resolve(name + ".umoci").resolve("rootfs"));
      // No layer of these has an entry for the root, whose time is then that of the unpacking.
      tree.remove("");
      expected.remove("");
      // Where umoci removes something after it made the directory, its time is that of the removal.
      expected.replaceAll((path, text) ->
          text.startsWith("4") && !text.contains(" 2023-") ? tree.getOrDefault(path, "") : text);
      assertThat(tree).as(name).isEqualTo(expected);
      return tree;
    } finally {
      Files.delete(disk);
    }
  }

  private List<Digest> chunks(List<byte[]> layers) throws IOException {
    Chunked chunked = new Chunked();
    flatten(layers, chunked);
    return chunked.chunks();
  }

  private List<Digest> chunks(String tag) throws IOException {
    try (Images images = new Images(ImageSettings.defaults())) {
      Chunked chunked = new Chunked();
      images.write(
          images.resolve(ImageReference.parse("oci:" + directory.resolve("oci") + tag)),
          writer -> writer.writeTo(chunked));
      return chunked.chunks();
    }
  }

  private void flatten(List<byte[]> layers, DiskSink sink) throws IOException {
    Path oci = Files.createTempDirectory(directory, "oci");
    new Layout(oci).image("t", layers, Map.of());
    try (Images images = new Images(ImageSettings.defaults())) {
      images.write(
          images.resolve(ImageReference.parse("oci:" + oci)),
          writer -> {
            if (sink instanceof DiskFile file) {
              file.restart();
            }
            writer.writeTo(sink);
          });
    }
  }
}
