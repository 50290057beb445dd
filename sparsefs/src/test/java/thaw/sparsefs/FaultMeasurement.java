package thaw.sparsefs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints how long a fault on the sparse file system takes, in microseconds, while many processes
 * fault at once and Java code that allocates as a platform under load does is executed: in the
 * server's process ({@code together}), or in another ({@code apart}). Run it alone on a machine,
 * with the heap that the process in question would have.
 *
 * <p>Arguments: together or apart; how many processes; how many threads of load.
 */
final class FaultMeasurement {
  private static final int FAULTS = 2_000;
  private static final long FILE_BYTES = 512L << 20;
  private static final int SOURCE_PAGES = 16_384;

  /** Maps the file and touches random pages of it; prints each touch's nanoseconds. */
  private static final String READER =
      """
      import mmap, random, sys, time
      with open(sys.argv[1], "rb") as file:
          memory = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
      pages = random.sample(range(len(memory) // 4096), int(sys.argv[2]))
      sys.stdin.readline()
      clock = time.perf_counter_ns
      taken = []
      for page in pages:
          start = clock()
          memory[page * 4096]
          taken.append(clock() - start)
      print(*taken)
      """;

  private FaultMeasurement() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("load")) {
      load(Integer.parseInt(args[1]));
      return;
    }
    int processes = Integer.parseInt(args[1]);
    Optional<Process> other = Optional.empty();
    if (args[0].equals("apart")) {
      other = Optional.of(loadElsewhere(args[2]));
    } else {
      load(Integer.parseInt(args[2]));
    }
    Path mountPoint = Files.createTempDirectory("thawfaults");
    try (SparseFileSystem fileSystem = SparseFileSystem.mount(mountPoint, 4)) {
      print(args[0], faults(fileSystem, processes));
    } finally {
      other.ifPresent(Process::destroyForcibly);
      Files.delete(mountPoint);
    }
    System.exit(0);
  }

  private static long[] faults(SparseFileSystem fileSystem, int processes) throws Exception {
    MemorySegment pages =
        Arena.global().allocate((long) SOURCE_PAGES * PageSource.PAGE_BYTES, PageSource.PAGE_BYTES);
    pages.fill((byte) 1);
    List<Process> readers = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      SandboxDirectory directory = fileSystem.createDirectory("reader" + i, 0);
      PageSource source =
          page ->
              Optional.of(
                  pages.asSlice(
                      page % SOURCE_PAGES * PageSource.PAGE_BYTES, PageSource.PAGE_BYTES));
      Path file = directory.add(new SparseFile("memory", 0, FILE_BYTES, source, FirstTouch.NONE));
      readers.add(
          new ProcessBuilder(
                  "/usr/bin/python3", "-c", READER, file.toString(), Integer.toString(FAULTS))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
    for (Process reader : readers) {
      reader.getOutputStream().write('\n');
      reader.getOutputStream().flush();
    }
    long[] all = new long[processes * FAULTS];
    int count = 0;
    for (Process reader : readers) {
      try (InputStream in = reader.getInputStream();
          Scanner taken = new Scanner(in, StandardCharsets.US_ASCII)) {
        while (taken.hasNextLong()) {
          all[count++] = taken.nextLong();
        }
      }
    }
    return Arrays.copyOf(all, count);
  }

  private static void print(String mode, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%s: %d faults, p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f us%n",
        mode,
        nanos.length,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 9 / 10] / 1e3,
        nanos[nanos.length * 99 / 100] / 1e3,
        nanos[Math.toIntExact(nanos.length * 999L / 1000)] / 1e3);
  }

  private static Process loadElsewhere(String threads) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            FaultMeasurement.class.getName(),
            "load",
            threads)
        .inheritIO()
        .start();
  }

  /** Allocates, keeps some of it for a while, and computes: some 100 MB/s a thread. */
  private static void load(int threads) {
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform()
          .name("load-" + i)
          .start(() -> {
            byte[][] kept = new byte[4_096][];
            for (long turn = 0; ; turn++) {
              byte[] some = new byte[4_096 + (int) (turn % 4_096)];
              Arrays.fill(some, (byte) turn);
              kept[(int) (turn * 31 % kept.length)] = some;
              if (turn % 64 == 0) {
                LockSupport.parkNanos(4_000_000);
              }
            }
          });
    }
  }
}
