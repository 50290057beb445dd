package thaw.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestImageBuilderTest {
  @TempDir private Path directory;

  private FakeDebian debian;
  private Path cache;

  @BeforeEach
  void makePackages() throws IOException {
    debian = new FakeDebian(directory.resolve("debian"));
    cache = directory.resolve("cache");
  }

  @Test
  void theSameListGivesTheSameBytesInAnotherDirectory() throws IOException {
    Path elsewhere = directory.resolve("some/where/else");
    GuestImages first =
        debian.builder(cache).build(Set.of("one", "two", "three"), BuildProgress.NONE);
    GuestImages second =
        debian.builder(elsewhere).build(Set.of("three", "two", "one"), BuildProgress.NONE);

    assertThat(second.identity()).isEqualTo(first.identity());
    assertThat(second.kernel()).hasSameBinaryContentAs(first.kernel());
    assertThat(second.initramfs()).hasSameBinaryContentAs(first.initramfs());
    List<ImageSummary> summaries = catalog(cache).getFirst().images();
    assertThat(summaries)
        .hasSize(6)
        .isEqualTo(catalog(elsewhere).getFirst().images())
        .allSatisfy(image -> {
          Path file = first.kernel().resolveSibling(image.name());
          assertThat(Hashes.ofStart(file, image.contentBytes())).isEqualTo(image.sha256());
        });
  }

  @Test
  void npmPackagesAreUnpackedAtTheirPlaceAndObjectsCompiled() throws IOException {
    GuestImages images = debian.builder(cache).build(Set.of("three"), BuildProgress.NONE);

    Path content = directory.resolve("content");
    new Tool("fsck.erofs", "erofs-utils")
        .run(directory, List.of("--extract=" + content, "" + images.runtimes().get("three")));
    Path runtime = content.resolve("var/runtime");
    Path module = runtime.resolve("node_modules/@scope/module/lib");
    assertThat(module.resolve("index.js")).hasContent("module.exports = 42;");
    assertThat(Files.getPosixFilePermissions(module.resolve("index.js")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(module.resolve("README.md")).doesNotExist();
    assertThat(runtime.resolve("bootstrap.js")).hasContent("'use strict';");
    assertThat(Files.readAllBytes(runtime.resolve("object.node"))).startsWith(0x7f, 'E', 'L', 'F');
    assertThat(content.resolve("etc/thaw/packages.three"))
        .content()
        .startsWith("@scope/module=1.0.0 sha512-");
  }

  @Test
  void everyDiskHasTheFixedSizeAndIsSparse() throws IOException {
    GuestImages images = debian.builder(cache).build(Set.of("one"), BuildProgress.NONE);

    for (Path disk : List.of(images.root(), images.runtimes().get("one"))) {
      assertThat(Files.size(disk)).isEqualTo(GuestImages.DISK_BYTES);
      String blocks =
          new Tool("stat", "coreutils").run(directory, List.of("-c", "%b", disk.toString()));
      assertThat(Long.parseLong(blocks.strip())).as("blocks of 512 bytes").isLessThan(128);
    }
  }

  @Test
  void aSetInTheCacheIsFoundWithoutPackagesAndWithoutBuilding() throws IOException {
    GuestImages built = debian.builder(cache).build(Set.of("one"), BuildProgress.NONE);
    GuestImageBuilder again = debian.builder(cache);
    new Tree(cache.resolve("packages")).delete();
    new Tree(cache.resolve("lists")).delete();
    Counter progress = new Counter();

    assertThat(again.build(Set.of("one"), progress)).isEqualTo(built);
    assertThat(progress.steps.get()).isZero();
  }

  @Test
  void aRuntimeAskedForLaterJoinsTheSameSet() throws IOException {
    GuestImages before = debian.builder(cache).build(Set.of(), BuildProgress.NONE);
    GuestImages after = debian.builder(cache).build(Set.of("one"), BuildProgress.NONE);

    assertThat(before.runtimes()).isEmpty();
    assertThat(after.identity()).isEqualTo(before.identity());
    assertThat(after.runtimes()).containsOnlyKeys("one");
  }

  @Test
  void buildsAtTheSameTimeMakeOneSet() throws Exception {
    Counter progress = new Counter();
    GuestImageBuilder builder = debian.builder(cache);
    List<Future<GuestImages>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        results.add(threads.submit(() -> builder.build(Set.of("one"), progress)));
      }
    }

    for (Future<GuestImages> result : results) {
      assertThat(result.get()).isEqualTo(results.getFirst().get());
    }
    assertThat(progress.builds.get()).isEqualTo(1);
    assertThat(catalog(cache)).hasSize(1);
  }

  @Test
  void whatAnInterruptedBuildLeftIsCleanedUp() throws IOException {
    Path left = cache.resolve("building/trees/root/usr");
    Files.createDirectories(left);

    debian.builder(cache).build(Set.of("one"), BuildProgress.NONE);

    assertThat(cache.resolve("building")).doesNotExist();
  }

  @Test
  void aFailedBuildLeavesNoSet() throws IOException {
    GuestImageBuilder builder = debian.builder(cache);
    try (Stream<Path> list = Files.list(cache.resolve("packages"))) {
      for (Path deb : list.toList()) {
        Files.write(deb, new byte[] {1});
      }
    }

    assertThatThrownBy(() -> builder.build(Set.of("one"), BuildProgress.NONE))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("guest.mirror");
    assertThat(catalog(cache)).isEmpty();
    assertThat(cache.resolve("building")).doesNotExist();
  }

  @Test
  void anUnknownRuntimeIsRefusedWithTheListOfThoseThatAre() throws IOException {
    GuestImageBuilder builder = debian.builder(cache);

    assertThatThrownBy(() -> builder.build(Set.of("cobol74"), BuildProgress.NONE))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("cobol74")
        .hasMessageContaining("one, three, two");
  }

  @Test
  void theCatalogTellsWhatIsThereAndWhetherItBooted() throws IOException {
    GuestImages images = debian.builder(cache).build(Set.of("one"), BuildProgress.NONE);
    assertThat(catalog(cache).getFirst().bootTested()).isFalse();
    images.markBootTested();

    GuestImageCatalog.Entry entry = catalog(cache).getFirst();
    assertThat(entry.identity()).isEqualTo(images.identity());
    assertThat(entry.bootTested()).isTrue();
    assertThat(entry.runtimes()).containsExactly("one");
    assertThat(entry.packages()).anyMatch(line -> line.startsWith("base-files=1 "));
    assertThat(entry.contentBytes()).isPositive();
  }

  private static List<GuestImageCatalog.Entry> catalog(Path cache) throws IOException {
    return new GuestImageCatalog(cache).list();
  }

  private static final class Counter implements BuildProgress {
    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger builds = new AtomicInteger();

    @Override
    public void stepBegun(String name, long total, Unit unit) {
      steps.incrementAndGet();
      if (name.equals("Building guest images")) {
        builds.incrementAndGet();
      }
    }

    @Override
    public void stepAdvanced(long done) {}

    @Override
    public void finished() {}
  }
}
