/* Tries what a jail forbids; prints a line for each that worked. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void attempt(const char *what, long result) {
  if (result >= 0) printf("worked: %s\n", what);
}

int main(void) {
  void *page = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  attempt("huge pages", madvise(page, 4 << 20, MADV_HUGEPAGE));
  attempt("mount", mount("none", "/dev", "tmpfs", 0, NULL));
  attempt("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
  attempt("unshare", unshare(CLONE_NEWUSER));
  attempt("clone into a user namespace", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  attempt("clone3", syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS ? -1 : 0);
  attempt("internet socket", socket(AF_INET, SOCK_STREAM, 0));
  attempt("netlink socket", socket(AF_NETLINK, SOCK_RAW, 0));
  attempt("io_uring", syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EPERM ? -1 : 0);
  attempt("bpf", syscall(SYS_bpf, 0, NULL, 0) < 0 && errno == EPERM ? -1 : 0);
  attempt("userfaultfd", syscall(SYS_userfaultfd, 0));
  attempt("setuid", setuid(0));
  attempt("write to the root", open("/x", O_CREAT | O_WRONLY, 0600));
  attempt("write to the system", open("/usr/x", O_CREAT | O_WRONLY, 0600));
  attempt("host's processes", kill(2, 0) == 0 && getpid() != 2 ? 0 : -1);
  attempt("/dev/kvm", open("/dev/kvm", O_RDWR));
  attempt("/proc/sys", open("/proc/sys/kernel/core_pattern", O_RDONLY));
  puts("done");
  return 0;
}
