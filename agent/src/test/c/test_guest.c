/*
 * The tests' stand-in for guest.c: the agent on the host, over a Unix socket, without mounts and
 * cgroups. A process group is the cage; what would change the machine only pretends to.
 * Usage: agent SOCKET PORT DATA_PORT
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listeners[2];
static volatile pid_t *group; /* of the runtime; the child writes it, so it lies in shared memory */

void guest_start(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    group = mmap(NULL, sizeof *group, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (group == MAP_FAILED) exit(4);
}

/* Listens before it connects to the host's socket, so that tests can connect at once. */
int guest_port(int argc, char **argv) {
    if (argc != 4) exit(2);
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in loopback = {
            .sin_family = AF_INET, .sin_port = htons(atoi(argv[2 + i])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&loopback, sizeof loopback) < 0 || listen(fd, MAX_STREAMS) < 0) exit(5);
        listeners[i] = fd;
    }

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(3);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int guest_local_listener(int type) {
    (void)type;
    return -1;
}

int guest_listener(int kind) { return listeners[kind == SERVICE]; }

static void kill_group(int signal) {
    if (*group > 0) kill(-*group, signal);
}

void guest_port_lost(void) {
    kill_group(SIGKILL);
    exit(0);
}

void guest_power_off(void) {
    kill_group(SIGKILL);
    exit(1);
}

int guest_clock(int64_t seconds, uint32_t nanoseconds) {
    (void)seconds;
    return nanoseconds < 1000000000 ? 0 : fail(EINVAL, "clock_settime");
}

int guest_reseed(const uint8_t *seed, uint32_t length) {
    (void)seed, (void)length;
    return 0;
}

int guest_identity(const char *hostname, const char *machine_id, const char *boot_id) {
    (void)hostname, (void)machine_id, (void)boot_id;
    return 0;
}

int guest_network(const uint8_t *address, const uint8_t *gateway, const uint8_t *resolver, int prefix) {
    (void)address, (void)gateway, (void)resolver, (void)prefix;
    return 0;
}

int guest_mount(uint32_t set) {
    (void)set;
    return 0;
}

int cage_make(uint64_t memory_max, uint32_t pids_max) {
    *group = 0;
    return memory_max > 0 && pids_max > 0 ? 0 : fail(EINVAL, "cage");
}

int cage_limit(uint64_t memory_max, uint32_t pids_max) {
    return memory_max > 0 && pids_max > 0 ? 0 : fail(EINVAL, "cage");
}

pid_t cage_fork(void) { return fork(); }

const char *cage_enter(void) {
    *group = getpid();
    return NULL;
}

int cage_events(void) { return -1; }

int cage_limit_events(void) { return -1; }

void cage_at_limit(void) {}

void cage_kill(void) { kill_group(SIGKILL); }

int cage_freeze(bool freeze) {
    kill_group(freeze ? SIGSTOP : SIGCONT);
    return 0;
}

bool cage_frozen(void) { return true; }

bool cage_empty(void) { return *group <= 0 || kill(-*group, 0) < 0; }

bool cage_spoiled(void) { return false; }

bool cage_out_of_memory(void) { return false; }

uint64_t cage_peak(void) { return 4096; }
