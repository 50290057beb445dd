package thaw.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the processes of some sandboxes on this host take of it, read from /proc. */
record ClonesMemory(long pssBytes, long cpuTicks) {
  private static final Path PROC = Path.of("/proc");

  /** Fields of /proc/PID/stat after the command: utime is the 12th, stime the 13th. */
  private static final int USER_TIME = 11;

  /**
   * @param sandboxIds their control groups bear these names
   */
  static ClonesMemory of(Set<String> sandboxIds) throws IOException {
    long pss = 0;
    long ticks = 0;
    for (Path process : processes(sandboxIds)) {
      try {
        pss += pss(process);
        ticks += ticks(process);
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    return new ClonesMemory(pss, ticks);
  }

  private static List<Path> processes(Set<String> sandboxIds) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(PROC)) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        if (belongs(process, sandboxIds)) {
          found.add(process);
        }
      }
    }
    return found;
  }

  private static boolean belongs(Path process, Set<String> sandboxIds) {
    try (Stream<String> groups = Files.lines(process.resolve("cgroup"))) {
      return groups.anyMatch(line ->
          Stream.of(line.substring(line.lastIndexOf(':') + 1).split("/"))
              .anyMatch(sandboxIds::contains));
    } catch (IOException e) {
      return false;
    }
  }

  /** Proportional set size: pages that several processes map count in part. */
  private static long pss(Path process) throws IOException {
    try (Stream<String> lines = Files.lines(process.resolve("smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Pss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .sum();
    }
  }

  private static long ticks(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return Long.parseLong(fields.get(USER_TIME)) + Long.parseLong(fields.get(USER_TIME + 1));
  }
}
