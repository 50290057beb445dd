package thaw.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.jail.JailControlGroup;
import thaw.jail.OciConfig;
import thaw.jail.OciConfig.DeviceRule;
import thaw.jail.OciConfig.IdMapping;
import thaw.jail.OciConfig.Mount;
import thaw.jail.SeccompRules;

/**
 * What one container is made of.
 *
 * @param uid host's user id of the agent, which is root in the container's user namespace
 * @param functionUid host's user id of the function's processes
 * @param root the tree it sees, read-only
 * @param code at /var/task, if the function is not a container image
 * @param opt at /opt, if the function has layers
 * @param temporary at /tmp
 * @param etc directory of {@link #ETC_FILES}, which the agent writes
 * @param tun if it has a network
 */
record ContainerConfig(
    String id,
    int uid,
    int functionUid,
    Path agent,
    Path root,
    Optional<Path> code,
    Optional<Path> opt,
    Path temporary,
    Path etc,
    Path sockets,
    Optional<Path> tun,
    long memoryBytes,
    long cpuShares,
    int processesMax) {
  static final List<String> ETC_FILES = List.of("hosts", "hostname", "machine-id", "resolv.conf");
  static final String AGENT_SOCKET = "agent";
  static final String NETWORK_SOCKET = "network";

  private static final String SOCKETS = "/thaw/sockets/";

  /** As in a VM (docs/agent-protocol.md). */
  private static final int CUSTOMER_ID = 993;

  /**
   * All in its own namespaces only: to become the function's user, to end its processes, and to set
   * up the network. The function's processes have none of them.
   */
  private static final List<String> CAPABILITIES =
      List.of("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_NET_ADMIN");

  private static final List<String> NAMESPACES =
      List.of("user", "pid", "mount", "network", "ipc", "uts", "cgroup");

  /** Of the host's own state. */
  private static final List<String> MASKED =
      List.of(
          "/proc/kcore",
          "/proc/keys",
          "/proc/sched_debug",
          "/proc/sysrq-trigger",
          "/proc/timer_list",
          "/proc/acpi",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/kernel/debug");

  OciConfig oci() {
    List<String> args = new ArrayList<>(List.of("/thaw/agent", SOCKETS + AGENT_SOCKET));
    if (tun.isPresent()) {
      args.add(SOCKETS + NETWORK_SOCKET);
    }
    OciConfig.Program agentProcess =
        new OciConfig.Program(
            false,
            new OciConfig.User(0, 0),
            args,
            List.of(),
            "/",
            Map.of("bounding", CAPABILITIES, "permitted", CAPABILITIES, "effective", CAPABILITIES),
            true,
            List.of(new OciConfig.Rlimit("RLIMIT_CORE", 0, 0)));
    return new OciConfig(
        "1.0.2",
        agentProcess,
        new OciConfig.Root(root.toString(), true),
        "sandbox",
        mounts(),
        linux());
  }

  private List<Mount> mounts() {
    List<Mount> mounts = new ArrayList<>();
    // A process sees its own user's only.
    mounts.add(mount("/proc", "proc", "nosuid", "noexec", "nodev", "hidepid=2"));
    mounts.add(mount("/dev", "tmpfs", "nosuid", "noexec", "mode=755", "size=64k"));
    mounts.add(mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(bind(agent, "/thaw/agent", "ro", "nosuid", "nodev"));
    mounts.add(bind(sockets, "/thaw/sockets", "ro", "nosuid", "nodev", "noexec"));
    code.ifPresent(disk -> mounts.add(bind(disk, "/var/task", "ro", "nosuid", "nodev")));
    opt.ifPresent(layers -> mounts.add(bind(layers, "/opt", "ro", "nosuid", "nodev")));
    mounts.add(bind(temporary, "/tmp", "rw", "nosuid", "nodev"));
    for (String file : ETC_FILES) {
      mounts.add(bind(etc.resolve(file), "/etc/" + file, "rw", "nosuid", "nodev", "noexec"));
    }
    tun.ifPresent(node -> mounts.add(bind(node, "/dev/net/tun", "rw", "nosuid", "noexec")));
    return mounts;
  }

  private static Mount mount(String destination, String type, String... options) {
    return new Mount(destination, type, type, List.of(options));
  }

  private static Mount bind(Path source, String destination, String... options) {
    List<String> all = new ArrayList<>(List.of("bind"));
    all.addAll(List.of(options));
    return new Mount(destination, "bind", source.toString(), all);
  }

  private OciConfig.Linux linux() {
    List<IdMapping> ids =
        List.of(new IdMapping(0, uid, 1), new IdMapping(CUSTOMER_ID, functionUid, 1));
    List<DeviceRule> devices = new ArrayList<>();
    devices.add(new DeviceRule(false, Optional.empty(), Optional.empty(), Optional.empty(), "rwm"));
    if (tun.isPresent()) {
      devices.add(
          new DeviceRule(true, Optional.of("c"), Optional.of(10L), Optional.of(200L), "rw"));
    }
    return new OciConfig.Linux(
        Optional.of(ids),
        Optional.of(ids),
        NAMESPACES.stream().map(OciConfig.Namespace::new).toList(),
        JailControlGroup.path(id),
        new OciConfig.Resources(
            devices,
            new OciConfig.Memory(memoryBytes, memoryBytes),
            new OciConfig.Cpu(cpuShares),
            new OciConfig.Pids(processesMax)),
        List.of(),
        SeccompRules.container(),
        MASKED);
  }
}
