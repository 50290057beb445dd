package thaw.jail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A jail's control group, which stands in that of its instance ({@link InstanceControlGroup}). With
 * cgroup v1 it is one directory per controller, with v2 a single one.
 */
public final class JailControlGroup {
  private static final Logger log = LoggerFactory.getLogger(JailControlGroup.class);
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final int PAGE_BYTES = 4_096;
  private static final int CPU_PERIOD_MICROS = 100_000;
  private static final long FREEZE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long FREEZE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String name;

  /** The group of that name, whether it is there or not. */
  public JailControlGroup(String name) {
    this.name = name;
  }

  /** Its path in each hierarchy, as a jail's configuration names it. */
  public static String path(String name) {
    return "/" + InstanceControlGroup.nameOf(name) + "/" + name;
  }

  /** Whether there is such a group. */
  public boolean exists() {
    return !directories().isEmpty();
  }

  /** Processes in it, by their ids on the host. */
  public List<Long> processes() {
    for (Path directory : directories()) {
      try {
        List<Long> pids =
            Files.readAllLines(directory.resolve("cgroup.procs")).stream()
                .map(Long::valueOf)
                .toList();
        if (!pids.isEmpty()) {
          return pids;
        }
      } catch (IOException e) {
        // The group went away meanwhile, or this controller never had it.
      }
    }
    return List.of();
  }

  /** Sets its weight against the other jails of its instance. */
  public void setCpuShares(long shares) throws IOException {
    // As runc converts: 2..262,144 shares to a weight of 1..10,000.
    long weight = 1 + (Math.clamp(shares, 2, 262_144) - 2L) * 9_999 / 262_142;
    if (!write("cpu.shares", Long.toString(shares))
        && !write("cpu.weight", Long.toString(weight))) {
      throw new IOException("control group " + name + " has no processor weight");
    }
  }

  /** Resident memory of its processes, bytes; 0 if there are none. */
  public long residentBytes() {
    long pages = 0;
    for (long pid : processes()) {
      try {
        String statm = Files.readString(Path.of("/proc/" + pid + "/statm"));
        pages += new Scanner(statm).skip("\\d+").nextLong();
      } catch (IOException e) {
        // It ended meanwhile.
      }
    }
    return pages * PAGE_BYTES;
  }

  /** Proportional set size of its processes, bytes; 0 if there are none. Walks page tables. */
  public long proportionalBytes() {
    long kib = 0;
    for (long pid : processes()) {
      try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
        kib +=
            lines
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> new Scanner(line).skip("Pss:").nextLong())
                .sum();
      } catch (IOException | UncheckedIOException e) {
        // It ended meanwhile.
      }
    }
    return kib << 10;
  }

  /** Processor time that its processes have used, microseconds; 0 if nobody counts it. */
  public long cpuMicros() throws IOException {
    String nanos = read("cpuacct.usage").strip();
    if (!nanos.isEmpty()) {
      return Long.parseLong(nanos) / 1_000;
    }
    return read("cpu.stat")
        .lines()
        .filter(line -> line.startsWith("usage_usec "))
        .mapToLong(line -> new Scanner(line).skip("usage_usec").nextLong())
        .sum();
  }

  /** Limits its CPU time to that of {@code vcpus} processors. */
  void limitCpu(double vcpus) throws IOException {
    long quotaMicros = Math.max(1_000, Math.round(vcpus * CPU_PERIOD_MICROS));
    if (write("cpu.max", quotaMicros + " " + CPU_PERIOD_MICROS)) {
      return;
    }
    if (!write("cpu.cfs_period_us", Long.toString(CPU_PERIOD_MICROS))
        || !write("cpu.cfs_quota_us", Long.toString(quotaMicros))) {
      throw new IOException("control group " + name + " has no limit of CPU time");
    }
  }

  /**
   * Lifts {@link #limitCpu}: what is to end needs time to do so, and a thousand processes that were
   * killed would take minutes for it. No effect if the group is gone.
   */
  void unlimitCpu() throws IOException {
    if (!write("cpu.max", "max " + CPU_PERIOD_MICROS)) {
      write("cpu.cfs_quota_us", "-1");
    }
  }

  /** Has all its processes stand still; returns when they do. No effect if they do. */
  public void freeze() throws IOException {
    long deadlineNanos = System.nanoTime() + FREEZE_TIMEOUT_NANOS;
    do {
      // With v1 the kernel tries once per write, and a process that was being born got away.
      if (!write("cgroup.freeze", "1") && !write("freezer.state", "FROZEN")) {
        throw new IOException("control group " + name + " cannot be frozen");
      }
      if (read("cgroup.events").contains("frozen 1") || read("freezer.state").equals("FROZEN\n")) {
        return;
      }
      LockSupport.parkNanos(FREEZE_POLL_NANOS);
    } while (System.nanoTime() - deadlineNanos < 0);
    thaw();
    throw new IOException("control group " + name + " did not freeze");
  }

  /** Lets its processes run. No effect if they run, or the group is gone. */
  public void thaw() throws IOException {
    if (!write("cgroup.freeze", "0")) {
      write("freezer.state", "THAWED");
    }
  }

  /** Writes a file of the group; false if no controller has it. */
  private boolean write(String file, String text) throws IOException {
    for (Path directory : directories()) {
      if (Files.exists(directory.resolve(file))) {
        Files.writeString(directory.resolve(file), text);
        return true;
      }
    }
    return false;
  }

  private String read(String file) throws IOException {
    for (Path directory : directories()) {
      if (Files.exists(directory.resolve(file))) {
        return Files.readString(directory.resolve(file));
      }
    }
    return "";
  }

  /** Kills what is in it and removes it; for a group whose owner is gone. */
  public void remove() {
    try {
      thaw();
    } catch (IOException e) {
      log.debug("cannot thaw control group {}", name, e);
    }
    for (long pid : processes()) {
      ProcessHandle.of(pid)
          .ifPresent(process -> {
            process.destroyForcibly();
            process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
          });
    }
    for (Path directory : directories()) {
      try {
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        log.warn("cannot remove control group {}: {}", directory, e.toString());
      }
    }
  }

  private List<Path> directories() {
    return InstanceControlGroup.directories(path(name).substring(1));
  }

  /** Where groups can be: one directory with v2, else one for each controller. */
  static List<Path> controllers() {
    if (Files.exists(ROOT.resolve("cgroup.controllers"))) {
      return List.of(ROOT);
    }
    try (Stream<Path> mounted = Files.list(ROOT)) {
      return mounted.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
