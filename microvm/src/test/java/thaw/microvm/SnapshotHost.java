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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import thaw.guest.BuildProgress;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImages;
import thaw.guest.GuestSettings;
import thaw.jail.Command;
import thaw.jail.Trees;
import thaw.settings.DataSize;
import thaw.sparsefs.SparseFileSystem;

/** A driver with a language runtime's image, in a directory of its own. */
record SnapshotHost(Path directory, MicrovmDriver driver) implements AutoCloseable {
  private static final Path CACHE =
      Path.of(System.getProperty("thaw.test.cache", "/var/cache/thaw"));

  /** Apart from the default range, which a Thaw on the same machine may be using. */
  private static final int FIRST_UID =
      2_400_000 + (int) (ProcessHandle.current().pid() % 10_000) * 64;

  static SnapshotHost open(String... runtimes) throws IOException {
    return open(1, runtimes);
  }

  /**
   * @param shells how many wait for a resume
   */
  static SnapshotHost open(int shells, String... runtimes) throws IOException {
    Path directory = Files.createTempDirectory("thawsnap");
    MicrovmSettings settings = settings(directory.resolve("run"), shells);
    GuestImages images =
        new GuestImageBuilder(new GuestSettings(CACHE, Optional.empty(), Optional.empty()))
            .build(Set.of(runtimes), BuildProgress.NONE);
    return new SnapshotHost(
        directory,
        MicrovmDriver.open(settings, directory.resolve("disks"), CACHE.resolve("microvm"), images));
  }

  /**
   * Under emulation, with sparse memory.
   *
   * @param run where sockets and jails live
   * @param shells how many wait for a resume
   */
  static MicrovmSettings settings(Path run, int shells) {
    return new MicrovmSettings(
        AcceleratorChoice.TCG,
        Duration.ofSeconds(90),
        Duration.ofSeconds(15),
        Duration.ofSeconds(20),
        DataSize.ofMebibytes(32),
        DataSize.ofMebibytes(256),
        run,
        FIRST_UID,
        64,
        List.of(),
        false,
        shells,
        shells,
        Duration.ofMinutes(10),
        MemorySource.SPARSE);
  }

  /** Ends the server of the sparse file system as the kernel does when it is killed. */
  void abortServer() throws Exception {
    SparseFileSystem server = driver.host().sparse().get();
    // The kernel drops the connection, and then says that the mount is busy.
    new ProcessBuilder("umount", "-f", server.mountPoint().toString()).start().waitFor();
    server.ended().get(60, TimeUnit.SECONDS);
  }

  /** An erofs image of one file. */
  Path codeImage(String name, String text) throws IOException {
    Path content = Files.createTempDirectory(directory, "code");
    Files.writeString(content.resolve(name), text);
    return codeImage(content);
  }

  /** An erofs image of what is in a directory below this one's. */
  Path codeImage(Path content) throws IOException {
    Files.setPosixFilePermissions(content, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path image = content.resolveSibling(content.getFileName() + ".erofs");
    Command.run(
        Duration.ofMinutes(1),
        List.of("mkfs.erofs", "--quiet", image.toString(), content.toString()));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(GuestImages.DISK_BYTES);
    }
    return image;
  }

  /** Directories of sandboxes: sockets, disks and those on the sparse file system. */
  List<Path> leftBehind() throws IOException {
    try (Stream<Path> all = Files.find(directory, 6, (path, kind) -> kind.isDirectory())) {
      return all.filter(path -> path.getFileName().toString().startsWith("thaw-"))
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    driver.close();
    Trees.delete(directory);
  }
}
