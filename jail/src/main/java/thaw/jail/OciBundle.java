package thaw.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.jail.OciConfig.Device;
import thaw.jail.OciConfig.DeviceRule;
import thaw.jail.OciConfig.Mount;
import thaw.jail.OciConfig.Namespace;
import thaw.jail.OciConfig.Rlimit;
import tools.jackson.databind.json.JsonMapper;

/** Writes the directory from which runc makes a jail: config.json and an empty root. */
final class OciBundle {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** QEMU's programs, libraries and data. On a merged-usr system the last ones are links. */
  private static final List<String> SYSTEM = List.of("/usr", "/lib", "/lib64");

  private static final List<String> NAMESPACES =
      List.of("pid", "mount", "network", "ipc", "uts", "cgroup");

  /** QEMU has about ten threads; its pool of disk threads may have 64 more. */
  private static final int PIDS_MAX = 128;

  private static final int OPEN_FILES_MAX = 256;

  private OciBundle() {}

  /** Writes the bundle into an empty directory. */
  static void write(Path directory, OciConfig config) throws IOException {
    Files.createDirectory(directory.resolve("root"));
    Files.write(directory.resolve("config.json"), JSON.writeValueAsBytes(config));
  }

  static OciConfig config(JailSpec spec) {
    var args = new ArrayList<String>();
    args.add(Jail.LIFELINE);
    args.addAll(spec.command());
    var process =
        new OciConfig.Program(
            false,
            new OciConfig.User(spec.uid(), spec.uid()),
            args,
            List.of("PATH=/usr/bin"),
            "/",
            Map.of(),
            true,
            List.of(
                new Rlimit("RLIMIT_CORE", 0, 0),
                new Rlimit("RLIMIT_NOFILE", OPEN_FILES_MAX, OPEN_FILES_MAX),
                new Rlimit("RLIMIT_FSIZE", spec.fileBytes(), spec.fileBytes())));
    return new OciConfig(
        "1.0.2", process, new OciConfig.Root("root", true), "sandbox", mounts(spec), linux(spec));
  }

  private static List<Mount> mounts(JailSpec spec) {
    var mounts = new ArrayList<Mount>();
    mounts.add(
        new Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev", "subset=pid")));
    mounts.add(
        new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "noexec", "mode=755", "size=64k")));
    for (String path : SYSTEM) {
      if (Files.exists(Path.of(path))) {
        mounts.add(bind(Bind.readOnly(Path.of(path), path)));
      }
    }
    spec.binds().forEach(bind -> mounts.add(bind(bind)));
    return mounts;
  }

  private static Mount bind(Bind bind) {
    return new Mount(
        bind.destination(),
        "bind",
        bind.source().toString(),
        List.of("bind", bind.writable() ? "rw" : "ro", "nosuid", "nodev"));
  }

  private static OciConfig.Linux linux(JailSpec spec) {
    var rules = new ArrayList<DeviceRule>();
    rules.add(new DeviceRule(false, Optional.empty(), Optional.empty(), Optional.empty(), "rwm"));
    var devices = new ArrayList<Device>();
    if (spec.kvm()) {
      // Major 10, minor 232: /dev/kvm, see Documentation/admin-guide/devices.txt of Linux.
      rules.add(new DeviceRule(true, Optional.of("c"), Optional.of(10L), Optional.of(232L), "rw"));
      devices.add(new Device("/dev/kvm", "c", 10, 232, 0600, spec.uid(), spec.uid()));
    }
    return new OciConfig.Linux(
        Optional.empty(),
        Optional.empty(),
        NAMESPACES.stream().map(Namespace::new).toList(),
        JailControlGroup.path(spec.id()),
        new OciConfig.Resources(
            rules,
            new OciConfig.Memory(spec.memoryBytes(), spec.memoryBytes()),
            new OciConfig.Cpu(spec.cpuShares()),
            new OciConfig.Pids(PIDS_MAX)),
        devices,
        SeccompRules.emulator(),
        List.of());
  }
}
