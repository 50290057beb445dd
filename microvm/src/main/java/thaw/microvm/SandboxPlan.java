package thaw.microvm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import thaw.agent.GuestDisk;
import thaw.guest.GuestImages;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.DiskImage;
import thaw.sandbox.SandboxOrigin;

/**
 * What one start is made of, once everything is decided.
 *
 * @param vm QEMU's options
 * @param images kernel and initramfs
 * @param root read-only disk of the root
 * @param runtime read-only image of the runtime
 * @param code read-only disk of the code
 * @param opt read-only disk of /opt
 * @param snapshot what it is resumed from; empty if it boots
 * @param capturable whether what it changes is kept apart
 * @param temporaryMb size of /tmp, MiB
 * @param cpuShares weight of the jail
 * @param hardCpus hard limit of its processor time once it has booted, in processors; 0 for none
 * @param bootTimeout until the agent's greeting
 * @param mounted the disks that its guest mounts; empty if it is not prepared
 */
record SandboxPlan(
    VmOptions vm,
    GuestImages images,
    DiskImage root,
    Path runtime,
    DiskImage code,
    DiskImage opt,
    Optional<SandboxOrigin.Snapshot> snapshot,
    boolean capturable,
    int temporaryMb,
    long cpuShares,
    double hardCpus,
    Duration bootTimeout,
    Set<GuestDisk> mounted) {
  /** The same with another weight. */
  SandboxPlan withCpuShares(long other) {
    return new SandboxPlan(
        vm,
        images,
        root,
        runtime,
        code,
        opt,
        snapshot,
        capturable,
        temporaryMb,
        other,
        hardCpus,
        bootTimeout,
        mounted);
  }

  /** The content of a read-only disk. */
  DiskImage image(Disk disk) {
    return switch (disk) {
      case ROOT -> root;
      case RUNTIME -> new DiskImage.File(runtime);
      case CODE -> code;
      case OPT -> opt;
      case TMP -> throw new IllegalArgumentException("/tmp has no image");
    };
  }

  /** The read-only disks that are no files of this host. */
  Set<Disk> pagedDisks() {
    Set<Disk> paged = EnumSet.noneOf(Disk.class);
    for (Disk disk : Disk.values()) {
      if (disk.readOnly() && image(disk) instanceof DiskImage.Pages) {
        paged.add(disk);
      }
    }
    return paged;
  }

  /** Whether memory, and possibly /tmp, are on the sparse file system. */
  boolean isSparse() {
    return capturable || snapshot.isPresent();
  }

  /**
   * Weight of a jail by its function's MemorySize. The smallest function, 128 MB, weighs as much as
   * an ordinary process of the host, 1,024: with less a guest hardly boots on a busy host.
   */
  static long cpuShares(int memorySizeMb) {
    return 8L * memorySizeMb;
  }
}
