package thaw.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken out of the kernel package, and what the initramfs is made of. */
final class KernelPartsTest {
  @TempDir private Path directory;

  @Test
  void findsTheElfKernelInABzImage() {
    byte[] kernel = BzImage.vmlinux(FakeDebian.bzImage("a kernel for the tests"));

    assertThat(new String(kernel, StandardCharsets.ISO_8859_1))
        .isEqualTo("\u007fELFa kernel for the tests");
  }

  @Test
  void refusesWhatIsNoBzImage() {
    assertThatThrownBy(() -> BzImage.vmlinux(new byte[4096]))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("no bzImage");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void damagedImagesAreRefusedOrUnpackToSomething(long seed) {
    Random random = new Random(seed);
    byte[] image = FakeDebian.bzImage("a kernel that is somewhat longer than the others");
    for (int i = 0; i < 500; i++) {
      byte[] damaged = Arrays.copyOf(image, image.length - random.nextInt(3));
      for (int n = 0; n <= random.nextInt(4); n++) {
        damaged[0x1f1 + random.nextInt(damaged.length - 0x1f1)] = (byte) random.nextInt();
      }
      try {
        assertThat(BzImage.vmlinux(damaged)).as("seed %d", seed).isNotEmpty();
      } catch (GuestBuildException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("kernel");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 70_000, 20_000_000})
  void unpacksWhatLz4PackedInManyBlocksAndWithMatches(int bytes) throws Exception {
    byte[] data = new byte[bytes];
    Random random = new Random(bytes);
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (i % 1_000 < 500 ? random.nextInt(3) : i / 10_000);
    }
    Path plain = Files.write(directory.resolve("plain"), data);
    new Tool("lz4", "lz4").run(directory, List.of("-l", "-q", "-f", plain.toString(), "packed"));

    assertThat(Lz4Legacy.decompress(Files.readAllBytes(directory.resolve("packed")), bytes))
        .isEqualTo(data);
  }

  @Test
  void theInitramfsIsWholePagesThatCpioCanRead() throws Exception {
    SequencedMap<String, byte[]> modules = new LinkedHashMap<>();
    modules.put("second", new byte[] {1, 2, 3});
    modules.put("first", new byte[] {4});
    byte[] agent = "the agent".getBytes(StandardCharsets.US_ASCII);

    byte[] initramfs = Initramfs.of(agent, modules);

    assertThat(initramfs.length % 4096).isZero();
    Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
    Path archive = Files.write(directory.resolve("archive"), initramfs);
    new Tool("cpio", "cpio").run(unpacked, List.of("-id", "--quiet", "-F", archive.toString()));
    assertThat(unpacked.resolve("init")).hasBinaryContent(agent).isExecutable();
    assertThat(unpacked.resolve("modules/order"))
        .hasContent("/modules/second.ko\n/modules/first.ko\n");
    assertThat(unpacked.resolve("modules/second.ko")).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(Initramfs.of(agent, modules)).isEqualTo(initramfs);
  }

  @Test
  void packageListsSurviveWritingAndReading() throws Exception {
    PackageLock lock = new FakeDebian(directory.resolve("debian")).lock();

    assertThat(PackageLock.parse(lock.text())).isEqualTo(lock);
    assertThatThrownBy(() -> PackageLock.parse("[root]\nbash 5.2\n"))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("bash 5.2");
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() {
    assertThatThrownBy(() -> new Tool("mkfs.nothing", "nothing-utils").run(directory, List.of()))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("mkfs.nothing")
        .hasMessageContaining("apt-get install nothing-utils");
  }
}
