package thaw.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Memory, processors, disks and control groups of this machine. */
final class Resources {
  private static final long GIBIBYTE = 1L << 30;
  private static final long MEMORY_WANTED_BYTES = 2 * GIBIBYTE;
  private static final long DISK_WANTED_BYTES = 3 * GIBIBYTE;
  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

  private final Path root;

  /**
   * @param root {@code /}, or a stand-in with proc and sys below it
   */
  Resources(Path root) {
    this.root = root;
  }

  List<Check> check(Path dataDir, Path cacheDir) throws IOException {
    return List.of(memory(), cgroups(), disk("data-disk", dataDir), disk("cache-disk", cacheDir));
  }

  private Check memory() throws IOException {
    Matcher matcher = AVAILABLE.matcher(Files.readString(root.resolve("proc/meminfo")));
    if (!matcher.find()) {
      return Check.warn(
          "memory", "/proc/meminfo names no MemAvailable", "Use a Linux of this decade.");
    }
    long bytes = Long.parseLong(matcher.group(1)) * 1024;
    int processors = Runtime.getRuntime().availableProcessors();
    String detail = gibibytes(bytes) + " available, " + processors + " processors";
    return bytes >= MEMORY_WANTED_BYTES
        ? Check.ok("memory", detail)
        : Check.warn(
            "memory",
            detail,
            "A sandbox takes its MemorySize and some 128 MiB more: free memory, or run few at once.");
  }

  /** A unified hierarchy (v2), controllers each on their own (v1), or both (hybrid). */
  Check cgroups() throws IOException {
    Path mount = root.resolve("sys/fs/cgroup");
    if (Files.exists(mount.resolve("cgroup.controllers"))) {
      return Check.ok("cgroups", "v2");
    }
    boolean controllers = Files.isDirectory(mount.resolve("memory"));
    boolean unified = Files.exists(mount.resolve("unified/cgroup.controllers")) || hasUnified();
    if (!controllers) {
      return Check.fail(
          "cgroups",
          "no control groups at /sys/fs/cgroup",
          "Mount them (systemd does): mount -t cgroup2 none /sys/fs/cgroup");
    }
    return Check.ok("cgroups", unified ? "hybrid: v1 controllers beside v2" : "v1");
  }

  private boolean hasUnified() throws IOException {
    try (Stream<String> mounts = Files.lines(root.resolve("proc/self/mounts"))) {
      return mounts.anyMatch(line -> line.contains(" cgroup2 "));
    }
  }

  private static Check disk(String name, Path directory) throws IOException {
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long bytes = Files.getFileStore(existing).getUsableSpace();
    String detail = gibibytes(bytes) + " free for " + directory;
    return bytes >= DISK_WANTED_BYTES
        ? Check.ok(name, detail)
        : Check.warn(name, detail, "Free some, or use another disk: --data-dir, guest.cacheDir.");
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIBIBYTE);
  }
}
