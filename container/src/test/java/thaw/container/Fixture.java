package thaw.container;

import java.io.IOException;
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
import thaw.sandbox.SandboxSpec;

/** What tests with real containers need: images, directories of their own, a code image. */
final class Fixture implements AutoCloseable {
  static final String RUNTIME = "provided.al2023";

  /** Where guest images are, unless the one who runs the tests says otherwise. */
  private static final Path CACHE =
      Path.of(System.getProperty("thaw.test.cache", "/var/cache/thaw"));

  /** Apart from the default range, which a Thaw on the same machine may be using. */
  private static final int FIRST_UID = 1_720_000;

  private static final int UID_COUNT = 64;

  final Path directory;
  final ContainerSettings settings;
  final HostState hostState;
  private final Path disks;

  private Fixture(Path directory) {
    this.directory = directory;
    this.disks = directory.resolve("disks");
    Path run = directory.resolve("run");
    this.settings =
        new ContainerSettings(Duration.ofMinutes(2), 512, run, FIRST_UID, UID_COUNT, List.of());
    this.hostState = new HostState(run, disks, FIRST_UID, UID_COUNT);
  }

  static Fixture create() throws IOException {
    Path directory = Files.createTempDirectory("thawct");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Fixture(directory);
  }

  /** A fixture on a directory of another process's fixture. */
  static Fixture of(Path directory) {
    return new Fixture(directory);
  }

  ContainerDriver openDriver() throws IOException {
    GuestImages images =
        new GuestImageBuilder(new GuestSettings(CACHE, Optional.empty(), Optional.empty()))
            .build(Set.of(RUNTIME), BuildProgress.NONE);
    return ContainerDriver.open(settings, disks, CACHE.resolve("container"), images);
  }

  SandboxSpec spec(Path code, boolean network) {
    return new SandboxSpec(RUNTIME, code, 128, 512, network);
  }

  /** An erofs image of a file {@code hello}. */
  Path codeImage() throws IOException {
    Path content = Files.createTempDirectory(directory, "code");
    Files.writeString(content.resolve("hello"), "hello from code\n");
    Files.setPosixFilePermissions(content, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path image = content.resolveSibling(content.getFileName() + ".erofs");
    Command.run(
        Duration.ofMinutes(1),
        List.of("mkfs.erofs", "--quiet", image.toString(), content.toString()));
    return image;
  }

  @Override
  public void close() throws IOException {
    Trees.delete(directory);
  }
}
