package thaw.microvm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import thaw.jail.JailControlGroup;
import thaw.sandbox.DiskImage;
import thaw.sandbox.Guest;
import thaw.sandbox.PageStatistics;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.sparsefs.PageSource;

/**
 * Prints how fast a guest reads a large file of its code disk, first and again after its own page
 * cache was dropped: from a plain file of the host, from the sparse file system, and from there
 * with pages that are copied each. Arguments: how many MiB, how many guests of each kind.
 */
final class DiskMeasurement {
  private static final String READER =
      """
      import os, time
      buffer = memoryview(bytearray(1 << 20))
      def read():
          start = time.perf_counter()
          count = 0
          with open("/var/task/large", "rb", buffering=0) as file:
              while got := file.readinto(buffer):
                  count += got
          return count / (time.perf_counter() - start) / 1e6
      first = read()
      with open("/var/task/large", "rb") as file:
          os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
      print(f"{first:.1f} MB/s, again {read():.1f} MB/s")
      """;

  private DiskMeasurement() {}

  public static void main(String[] args) throws Exception {
    int mebibytes = args.length == 0 ? 200 : Integer.parseInt(args[0]);
    int count = args.length < 2 ? 3 : Integer.parseInt(args[1]);
    try (SnapshotHost host = SnapshotHost.open(PythonLayers.PYTHON);
        PythonLayers layers = new PythonLayers(host)) {
      Path image = image(host, mebibytes);
      SandboxOrigin base = new SandboxOrigin.Snapshot(layers.base);
      DiskImage plain = new DiskImage.File(image);
      DiskImage copied =
          new DiskImage.Pages(copied(host.driver().host().mapped().take(image).pages()));
      for (int i = 0; i < count; i++) {
        read(host, "plain", new SandboxOrigin.Boot(), plain);
        read(host, "sparse", base, plain);
        read(host, "copied", base, copied);
      }
    }
  }

  private static Path image(SnapshotHost host, int mebibytes) throws IOException {
    Path content = Files.createTempDirectory(host.directory(), "large");
    byte[] bytes = new byte[mebibytes << 20];
    new Random(1).nextBytes(bytes);
    Files.write(content.resolve("large"), bytes);
    Files.writeString(content.resolve("read.py"), READER);
    return host.codeImage(content);
  }

  private static PageSource copied(PageSource pages) {
    return page -> {
      Optional<MemorySegment> found = pages.page(page);
      return found.map(
          from -> Arena.ofAuto().allocate(from.byteSize(), from.byteSize()).copyFrom(from));
    };
  }

  private static void read(SnapshotHost host, String kind, SandboxOrigin origin, DiskImage code)
      throws Exception {
    SandboxSpec spec =
        PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.empty(), origin)
            .withDisks(Optional.of(code), Optional.empty());
    try (Guest guest = Guest.start(host.driver(), spec)) {
      long guestMicros = new JailControlGroup(guest.sandbox().id()).cpuMicros();
      long ownMicros = processMicros();
      PageStatistics before = guest.sandbox().pageStatistics();
      String said =
          guest
              .run("exec /var/lang/bin/python3.13 -S /var/task/read.py", 256L << 20)
              .output()
              .strip();
      PageStatistics after = guest.sandbox().pageStatistics();
      System.out.printf(
          "%-7s %s; %d pages in %d reads, %d pages of memory; ms of processor: guest %d, server %d%n",
          kind,
          said,
          after.diskPages() - before.diskPages(),
          after.diskReads() - before.diskReads(),
          after.faults() - before.faults(),
          (new JailControlGroup(guest.sandbox().id()).cpuMicros() - guestMicros) / 1000,
          (processMicros() - ownMicros) / 1000);
    }
  }

  private static long processMicros() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1000;
  }
}
