package thaw.microvm;

import java.nio.file.Path;
import java.time.Duration;
import thaw.guest.GuestImages;

/**
 * What one start is made of, once everything is decided.
 *
 * @param vm QEMU's options
 * @param images kernel and root
 * @param runtime read-only image of the runtime
 * @param code read-only image of the code
 * @param temporaryMb size of /tmp, MiB
 * @param cpuShares weight of the jail
 * @param hardCpus hard limit of its processor time once it has booted, in processors; 0 for none
 * @param bootTimeout until the agent's greeting
 */
record SandboxPlan(
    VmOptions vm,
    GuestImages images,
    Path runtime,
    Path code,
    int temporaryMb,
    long cpuShares,
    double hardCpus,
    Duration bootTimeout) {
  /**
   * Weight of a jail by its function's MemorySize. The smallest function, 128 MB, weighs as much as
   * an ordinary process of the host, 1,024: with less a guest hardly boots on a busy host.
   */
  static long cpuShares(int memorySizeMb) {
    return 8L * memorySizeMb;
  }
}
