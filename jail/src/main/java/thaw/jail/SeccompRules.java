package thaw.jail;

import java.util.ArrayList;
import java.util.List;
import thaw.jail.OciConfig.Seccomp;
import thaw.jail.OciConfig.SyscallArgument;
import thaw.jail.OciConfig.SyscallRule;

/**
 * System calls that fail in a jail. It is a list of what is denied, since what programs and the C
 * library call changes with their versions; under an emulator it is laid beneath QEMU's own filter
 * ({@code -sandbox}).
 */
public final class SeccompRules {
  private static final int EPERM = 1;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_NETLINK = 16;
  private static final int MADV_HUGEPAGE = 14;

  /** Everything that makes a namespace: CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET. */
  private static final List<Long> NAMESPACE_FLAGS =
      List.of(
          0x00020000L,
          0x02000000L,
          0x04000000L,
          0x08000000L,
          0x10000000L,
          0x20000000L,
          0x40000000L);

  /**
   * Doors into the kernel that neither an emulator nor a function needs, and where escapes have
   * come from.
   */
  private static final List<String> NEVER =
      List.of(
          "acct",
          "add_key",
          "bpf",
          "chroot",
          "create_module",
          "delete_module",
          "fanotify_init",
          "finit_module",
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "init_module",
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "ioperm",
          "iopl",
          "kcmp",
          "kexec_file_load",
          "kexec_load",
          "keyctl",
          "lookup_dcookie",
          "migrate_pages",
          "mknod",
          "mknodat",
          "mount",
          "mount_setattr",
          "move_mount",
          "move_pages",
          "name_to_handle_at",
          "open_by_handle_at",
          "open_tree",
          "perf_event_open",
          "personality",
          "pidfd_getfd",
          "pidfd_open",
          "pivot_root",
          "process_madvise",
          "process_vm_readv",
          "process_vm_writev",
          "ptrace",
          "quotactl",
          "quotactl_fd",
          "reboot",
          "request_key",
          "setdomainname",
          "sethostname",
          "setns",
          "settimeofday",
          "clock_settime",
          "clock_adjtime",
          "adjtimex",
          "swapoff",
          "swapon",
          "syslog",
          "umount",
          "umount2",
          "unshare",
          "uselib",
          "userfaultfd",
          "vhangup",
          "vmsplice");

  private SeccompRules() {}

  /** For an emulator, whose only sockets are Unix ones. */
  static Seccomp emulator() {
    List<SyscallRule> rules = everywhere();
    rules.add(
        fail(
            EPERM,
            List.of("socket", "socketpair"),
            List.of(new SyscallArgument(0, AF_UNIX, 0, "SCMP_CMP_NE"))));
    // A guest page is to be the unit in which memory is faulted in (docs/jail.md).
    rules.add(
        fail(
            EINVAL,
            List.of("madvise"),
            List.of(new SyscallArgument(2, MADV_HUGEPAGE, 0, "SCMP_CMP_EQ"))));
    return seccomp(rules);
  }

  /** For a container, which besides has the Internet's sockets, and netlink to list its own. */
  public static Seccomp container() {
    List<SyscallRule> rules = everywhere();
    List<String> socket = List.of("socket", "socketpair");
    for (long family = 0; family < AF_NETLINK; family++) {
      if (family != AF_UNIX && family != AF_INET && family != AF_INET6) {
        rules.add(
            fail(EAFNOSUPPORT, socket, List.of(new SyscallArgument(0, family, 0, "SCMP_CMP_EQ"))));
      }
    }
    rules.add(
        fail(EAFNOSUPPORT, socket, List.of(new SyscallArgument(0, AF_NETLINK, 0, "SCMP_CMP_GT"))));
    return seccomp(rules);
  }

  private static List<SyscallRule> everywhere() {
    var rules = new ArrayList<SyscallRule>();
    rules.add(fail(EPERM, NEVER, List.of()));
    // clone3's flags are behind a pointer, where no filter sees them; ENOSYS makes the C library
    // use clone.
    rules.add(fail(ENOSYS, List.of("clone3"), List.of()));
    for (long flag : NAMESPACE_FLAGS) {
      rules.add(fail(EPERM, List.of("clone"), List.of(masked(0, flag))));
    }
    return rules;
  }

  private static Seccomp seccomp(List<SyscallRule> rules) {
    return new Seccomp("SCMP_ACT_ALLOW", List.of("SCMP_ARCH_X86_64"), List.copyOf(rules));
  }

  private static SyscallRule fail(int errno, List<String> names, List<SyscallArgument> arguments) {
    return new SyscallRule(names, "SCMP_ACT_ERRNO", errno, arguments);
  }

  private static SyscallArgument masked(int index, long flag) {
    return new SyscallArgument(index, flag, flag, "SCMP_CMP_MASKED_EQ");
  }
}
