package thaw.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What this host has of one test's platform: found by the user ids and the run directory that only
 * this platform uses.
 */
record HostState(Path runDirectory, int firstUid, int uidCount) {
  private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  /** Live processes: the platform itself, its runc, and all that runs on guests' behalf. */
  List<String> processes() throws IOException {
    List<String> found = new ArrayList<>();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      describe(process.pid()).ifPresent(found::add);
    }
    return found;
  }

  private Optional<String> describe(long pid) {
    Path directory = Path.of("/proc", Long.toString(pid));
    try {
      String status = Files.readString(directory.resolve("status"));
      String arguments =
          new String(Files.readAllBytes(directory.resolve("cmdline")), StandardCharsets.UTF_8)
              .replace('\0', ' ');
      int uid = Integer.parseInt(field(status, "Uid"));
      boolean own = uid >= firstUid && uid < firstUid + uidCount;
      boolean zombie = field(status, "State").equals("Z");
      return !zombie && (own || arguments.contains(runDirectory.toString()))
          ? Optional.of("process " + pid + " " + field(status, "Name"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it ended meanwhile
    }
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip().replaceFirst("\\s.*", ""))
        .findFirst()
        .orElse("");
  }

  /** Ids of the processes that are guests: QEMU, or the agent of a container. */
  List<Long> guests() throws IOException {
    return processes().stream()
        .map(line -> line.split(" ", -1))
        .filter(words -> words[2].startsWith("qemu-system") || words[2].equals("agent"))
        .map(words -> Long.parseLong(words[1]))
        .toList();
  }

  /** Names of the driver's instances that the run directory holds. */
  Set<String> instances() throws IOException {
    Path instances = runDirectory.resolve("instances");
    if (!Files.isDirectory(instances)) {
      return Set.of();
    }
    try (Stream<Path> all = Files.list(instances)) {
      return Set.copyOf(all.map(path -> path.getFileName().toString()).toList());
    }
  }

  /** Control groups below which these instances' jails are, in every hierarchy. */
  static List<String> controlGroups(Set<String> instances) throws IOException {
    List<Path> hierarchies = new ArrayList<>(List.of(CONTROL_GROUPS));
    try (Stream<Path> all = Files.list(CONTROL_GROUPS)) {
      hierarchies.addAll(all.filter(Files::isDirectory).toList());
    }
    List<String> found = new ArrayList<>();
    for (Path hierarchy : hierarchies) {
      for (String instance : instances) {
        try (DirectoryStream<Path> groups =
            Files.newDirectoryStream(hierarchy, "thaw-" + instance)) {
          groups.forEach(group -> found.add("control group " + group));
        }
      }
    }
    return found;
  }

  /** Mounts that name the run directory. */
  List<String> mounts() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines.filter(line -> line.contains(runDirectory.toString())).toList();
    }
  }

  /** All that lives: processes, control groups and mounts. */
  List<String> everything(Set<String> instances) throws IOException {
    List<String> found = new ArrayList<>(processes());
    found.addAll(controlGroups(instances));
    found.addAll(mounts());
    return found;
  }
}
