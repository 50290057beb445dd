package thaw.microvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import thaw.guest.BuildProgress;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImages;
import thaw.guest.GuestSettings;
import thaw.jail.Command;
import thaw.jail.HostState;
import thaw.jail.Trees;
import thaw.settings.DataSize;

/** What tests with real VMs need: images, directories of their own, a code image. */
final class Fixture implements AutoCloseable {
  static final String RUNTIME = "provided.al2023";

  /** Where guest images are, unless the one who runs the tests says otherwise. */
  private static final Path CACHE =
      Path.of(System.getProperty("thaw.test.cache", "/var/cache/thaw"));

  private static final int UID_COUNT = 64;

  /**
   * Apart from the default range, which a Thaw on the same machine may be using, and from those of
   * other runs of the tests: what one of them left behind is not this one's.
   */
  private static final int OWN_FIRST_UID =
      1_700_000 + (int) (ProcessHandle.current().pid() % 10_000) * UID_COUNT;

  final Path directory;
  final Path disks;
  final Path cache = CACHE.resolve("microvm");
  final MicrovmSettings settings;
  final HostState hostState;

  private Fixture(Path directory, int firstUid, MemorySource memory) {
    this.directory = directory;
    this.disks = directory.resolve("disks");
    Path run = directory.resolve("run");
    this.settings =
        new MicrovmSettings(
            AcceleratorChoice.TCG,
            Duration.ofSeconds(90),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            DataSize.ofMebibytes(32),
            DataSize.ofMebibytes(256),
            run,
            firstUid,
            UID_COUNT,
            List.of(),
            System.getenv("THAW_TEST_CONSOLE") != null,
            1,
            4,
            Duration.ofMinutes(10),
            memory);
    this.hostState = new HostState(run, disks, firstUid, UID_COUNT);
  }

  static Fixture create() throws IOException {
    return create(MemorySource.SPARSE);
  }

  static Fixture create(MemorySource memory) throws IOException {
    return new Fixture(Files.createTempDirectory("thawvm"), OWN_FIRST_UID, memory);
  }

  /** Another process's fixture. */
  static Fixture of(Path directory, int firstUid) {
    return new Fixture(directory, firstUid, MemorySource.SPARSE);
  }

  GuestImages images() {
    return new GuestImageBuilder(new GuestSettings(CACHE, Optional.empty(), Optional.empty()))
        .build(Set.of(RUNTIME), BuildProgress.NONE);
  }

  MicrovmDriver openDriver() throws IOException {
    return openDriver(images());
  }

  MicrovmDriver openDriver(GuestImages images) throws IOException {
    return MicrovmDriver.open(settings, disks, cache, images);
  }

  Host openHost() throws IOException {
    return Host.open(settings, disks, cache);
  }

  /** An erofs image of files given as name, content, name, content... */
  Path codeImage(String... files) throws IOException {
    Path content = Files.createTempDirectory(directory, "code");
    for (int i = 0; i < files.length; i += 2) {
      Files.writeString(content.resolve(files[i]), files[i + 1]);
    }
    Files.setPosixFilePermissions(content, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path image = content.resolveSibling(content.getFileName() + ".erofs");
    Command.run(
        Duration.ofMinutes(1),
        List.of("mkfs.erofs", "--quiet", image.toString(), content.toString()));
    try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
      f.setLength(GuestImages.DISK_BYTES);
    }
    return image;
  }

  @Override
  public void close() throws IOException {
    Trees.delete(directory);
  }
}
