/* The cage of a guest: the cgroup in which the customer's processes are, and how one gets there. Needs Linux 5.19 (memory.peak). */
#define _GNU_SOURCE
#include "agent.h"
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CUSTOMER_ID 993
#define CAGE "/cgroup/function/"
#define INTO_CGROUP 0x200000000ULL /* CLONE_INTO_CGROUP of linux/sched.h */

static struct {
    int events, memory_events, freeze, memory_max, pids_max; /* -1: there is none; kept open, see show of common.c */
    uint64_t memory_limit; /* as it is set; 0: it is not */
    uint32_t pids_limit;
} cage = {-1, -1, -1, -1, -1, 0, 0};
static struct {
    uint64_t millis, refaults, major_faults; /* of the last look */
    uint64_t most; /* that processes had of their own at any look since it last was not at the limit for long */
    int looks;     /* in a row that found it, and processes with more than ever */
    bool killed;   /* for it */
} thrashing;

int cage_limit(uint64_t memory_max, uint32_t pids_max) {
    if (cage.memory_limit == memory_max && cage.pids_limit == pids_max) return 0;
    cage.memory_limit = 0;
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)memory_max);
    int error = write_kept(cage.memory_max, "memory.max", number);
    snprintf(number, sizeof number, "%u", pids_max);
    if (!error) error = write_kept(cage.pids_max, "pids.max", number);
    if (error) return error;
    cage.memory_limit = memory_max;
    cage.pids_limit = pids_max;
    return 0;
}

static int cage_file(const char *name, int flags) {
    char path[64];
    snprintf(path, sizeof path, CAGE "%s", name);
    return open(path, flags | O_CLOEXEC);
}

int cage_make(uint64_t memory_max, uint32_t pids_max) {
    if (!guest_has_root()) return fail(EINVAL, "root is not mounted");
    int *kept[] = {&cage.events, &cage.memory_events, &cage.freeze, &cage.memory_max, &cage.pids_max};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (*kept[i] >= 0) close(*kept[i]);
        *kept[i] = -1;
    }
    rmdir(CAGE); /* a new one, so that its peak and its counters start at zero */
    if (mkdir(CAGE, 0755) < 0) return fail(errno, CAGE);
    cage.events = cage_file("cgroup.events", O_RDONLY);
    cage.memory_events = cage_file("memory.events", O_RDONLY);
    cage.freeze = cage_file("cgroup.freeze", O_WRONLY);
    cage.memory_max = cage_file("memory.max", O_WRONLY);
    cage.pids_max = cage_file("pids.max", O_WRONLY);
    cage.memory_limit = 0;
    memset(&thrashing, 0, sizeof thrashing);
    int error = cage_limit(memory_max, pids_max);
    return error ? error : write_file(CAGE "memory.oom.group", "1");
}

int cage_events(void) { return cage.events; }

int cage_limit_events(void) { return cage.memory_events; }

/*
 * Forks into the cage. A process born in a cgroup costs about 7 ms less (under emulation) than one that is moved
 * there, which waits for an RCU grace period. The libc knows nothing of clone3, but with one thread it need not.
 */
pid_t cage_fork(void) {
    int group = open(CAGE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (group < 0) return -1;
    uint64_t arguments[11] = {[0] = INTO_CGROUP, [4] = SIGCHLD, [10] = group}; /* struct clone_args */
    pid_t pid = syscall(SYS_clone3, arguments, sizeof arguments);
    int error = errno;
    close(group);
    errno = error;
    return pid;
}

const char *cage_enter(void) {
    if (unshare(CLONE_NEWNS) < 0) return "unshare";
    if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0) return "mount propagation";
    /* An initramfs cannot be pivoted away: the new root is moved over it, as switch_root does. */
    if (chdir(ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) return "root";
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0)
        return "read-only root";
    for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (setgroups(0, NULL) < 0 || setresgid(CUSTOMER_ID, CUSTOMER_ID, CUSTOMER_ID) < 0
        || setresuid(CUSTOMER_ID, CUSTOMER_ID, CUSTOMER_ID) < 0)
        return "user";
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? "no_new_privs" : NULL;
}

void cage_kill(void) { write_file(CAGE "cgroup.kill", "1"); }

int cage_freeze(bool freeze) { return write_kept(cage.freeze, "cgroup.freeze", freeze ? "1" : "0"); }

static uint64_t cage_number(const char *path, const char *key) {
    char text[512];
    read_file(path, text, sizeof text);
    return number_in(text, key);
}

bool cage_frozen(void) { return cage_number(CAGE "cgroup.events", "frozen") == 1; }

bool cage_empty(void) { return cage_number(CAGE "cgroup.events", "populated") == 0; }

bool cage_spoiled(void) { return false; } /* memory.oom.group */

bool cage_out_of_memory(void) { return thrashing.killed || cage_number(CAGE "memory.events", "oom_kill") > 0; }

static uint64_t monotonic_millis(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * At the limit the kernel takes back pages of files before it kills, and there are some as long as programs run: it takes
 * their code, which they read again at once, for minutes. So that is looked at, each second at most and only at the
 * limit: little is left to files, a second's faults bring back more than that, and they are faults of mapped files, not
 * reads. A function that looks things up in a large mapped file does the same and gets on; what runs out of memory also
 * has more of its own each time. Three times, and memory has run out.
 */
void cage_at_limit(void) {
    enum { EVERY_MILLIS = 1000, STALE_MILLIS = 4000, LOOKS = 3, FILE_SHARE = 16, MAJOR_FAULTS = 16, PAGE_BYTES = 4096 };
    uint64_t now = monotonic_millis(), since = now - thrashing.millis;
    if (since < EVERY_MILLIS || thrashing.killed) return;
    char text[4096];
    read_file(CAGE "memory.stat", text, sizeof text);
    uint64_t files = number_in(text, "active_file") + number_in(text, "inactive_file");
    uint64_t own = number_in(text, "anon") + number_in(text, "shmem");
    uint64_t refaults = number_in(text, "workingset_refault_file"), major_faults = number_in(text, "pgmajfault");
    bool found = since < STALE_MILLIS && files < cage.memory_limit / FILE_SHARE
        && (refaults - thrashing.refaults) * PAGE_BYTES >= files && major_faults - thrashing.major_faults >= MAJOR_FAULTS;
    if (since >= STALE_MILLIS) thrashing.most = 0; /* what they had in another invocation says nothing of this one */
    bool more = own > thrashing.most;
    if (more) thrashing.most = own;
    if (!found) thrashing.looks = 0;
    else if (more) thrashing.looks++;
    thrashing.millis = now;
    thrashing.refaults = refaults;
    thrashing.major_faults = major_faults;
    if (thrashing.looks < LOOKS) return;
    thrashing.killed = true;
    cage_kill();
}

uint64_t cage_peak(void) {
    char text[32];
    read_file(CAGE "memory.peak", text, sizeof text);
    return strtoull(text, NULL, 10);
}
