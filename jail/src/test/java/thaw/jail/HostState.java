package thaw.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What there is on this host of the sandboxes of one test's driver. */
public record HostState(Path runDirectory, Path diskDirectory, int firstUid, int uidCount) {

  public List<String> everything() throws IOException {
    List<String> found = new ArrayList<>();
    found.addAll(processes());
    found.addAll(controlGroups());
    found.addAll(mounts());
    found.addAll(children(instances()));
    found.addAll(children(diskDirectory));
    return found;
  }

  /** Live processes under user ids of the driver. */
  public List<String> processes() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        ownProcess(process).ifPresent(found::add);
      }
    }
    return found;
  }

  private Optional<String> ownProcess(Path process) {
    try {
      String status = Files.readString(process.resolve("status"));
      boolean zombie = status.contains("\nState:\tZ");
      int uid = Integer.parseInt(field(status, "Uid"));
      boolean own = uid >= firstUid && uid < firstUid + uidCount;
      return own && !zombie
          ? Optional.of("process " + process.getFileName() + " " + field(status, "Name"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The first word of a field of /proc/PID/status. */
  public static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip().replaceFirst("\\s.*", ""))
        .findFirst()
        .orElseThrow();
  }

  /** Control groups of jails, of any instance that the run directory knows. */
  public List<String> controlGroups() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path instance : list(instances())) {
      for (String group : InstanceControlGroup.jails("thaw-" + instance.getFileName())) {
        found.add("control group " + group);
      }
    }
    return found;
  }

  /** The control group of all of an instance's jails, wherever it is, by the name of one. */
  public static List<Path> controlGroupsOfInstance(String jail) {
    return InstanceControlGroup.directories(InstanceControlGroup.nameOf(jail));
  }

  public List<String> mounts() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines.filter(line -> line.contains(runDirectory.toString())).toList();
    }
  }

  public Path instances() {
    return runDirectory.resolve("instances");
  }

  private static List<String> children(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path child : list(directory)) {
      found.add(child.toString());
      list(child).forEach(below -> found.add(below.toString()));
    }
    return found;
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }
}
