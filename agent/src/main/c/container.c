/*
 * In a container's place of guest.c: PID 1 of a container that the host has made, root and disks mounted, limits set.
 * The host is a Unix socket: when it closes, the host is gone and the agent ends, and with it all in its pid namespace.
 * usage: agent SOCKET [NETWORK-SOCKET]
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CUSTOMER_ID 993
#define FRAME_BYTES 65550 /* a tap's largest: 64 KiB and an Ethernet header */
#define TAP 0x1002 /* IFF_TAP | IFF_NO_PI, and TUNSETIFF, of linux/if_tun.h */
#define SET_INTERFACE 0x400454caUL
#define CGROUP "/sys/fs/cgroup/"

static uint64_t killed_before; /* by the kernel, for want of memory, before this runtime started */

void guest_start(void) { interface_up("lo"); }

/* ---- the host ---- */

static int host_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("cannot connect to the host");
    return fd;
}

void guest_port_lost(void) { _exit(3); } /* HOST_LEFT of ContainerSandbox */

void guest_power_off(void) { _exit(0); }

/* ---- network: frames between a tap and a socket, on which their length precedes them (as QEMU does it) ---- */

static int frames, tap;

static void whole(ssize_t (*move)(int, void *, size_t), int fd, uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = move(fd, bytes, length);
        if (n <= 0 && !(n < 0 && errno == EINTR)) pthread_exit(NULL); /* the link is gone */
        if (n <= 0) continue;
        bytes += n;
        length -= n;
    }
}

static ssize_t send_some(int fd, void *bytes, size_t length) { return write(fd, bytes, length); }

static void *outward(void *unused) {
    static uint8_t frame[4 + FRAME_BYTES];
    for (;;) {
        ssize_t n = read(tap, frame + 4, FRAME_BYTES);
        if (n <= 0) continue; /* EINTR, or EIO while the interface is down */
        for (int i = 0; i < 4; i++) frame[i] = n >> (8 * (3 - i));
        whole(send_some, frames, frame, 4 + n);
    }
    return unused;
}

static void *inward(void *unused) {
    static uint8_t frame[FRAME_BYTES];
    for (;;) {
        uint8_t head[4];
        whole(read, frames, head, sizeof head);
        uint32_t length = (uint32_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
        if (length > sizeof frame) return unused;
        whole(read, frames, frame, length);
        if (write(tap, frame, length) < 0) continue; /* dropped, as a network may */
    }
}

static void network_start(const char *path) {
    struct ifreq request = {.ifr_name = "eth0", .ifr_flags = TAP};
    pthread_t thread;
    tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tap < 0 || ioctl(tap, SET_INTERFACE, &request) < 0) die("cannot make eth0 with /dev/net/tun");
    frames = host_socket(path);
    /* Threads, since kill(-1), with which customers are ended, spares the caller's own. */
    if (pthread_create(&thread, NULL, outward, NULL) || pthread_create(&thread, NULL, inward, NULL))
        die("cannot start the network's threads");
}

int guest_port(int argc, char **argv) {
    if (argc < 2) die("usage: agent SOCKET [NETWORK-SOCKET]");
    if (argc > 2) network_start(argv[2]);
    int fd = host_socket(argv[1]);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* ---- clock and randomness are the host's; identity ---- */

int guest_clock(int64_t seconds, uint32_t nanoseconds) {
    (void)seconds;
    return nanoseconds < 1000000000 ? 0 : fail(EINVAL, "SET_CLOCK");
}

int guest_reseed(const uint8_t *seed, uint32_t length) {
    (void)seed, (void)length;
    return 0;
}

int guest_identity(const char *hostname, const char *machine_id, const char *boot_id) {
    (void)boot_id;
    etc_identity(hostname, machine_id);
    return etc_write("/etc/");
}

int guest_network(const uint8_t *address, const uint8_t *gateway, const uint8_t *dns, int prefix) {
    int error = network_configure(address, gateway, prefix);
    if (error) return error;
    etc_resolver(dns);
    return etc_write("/etc/");
}

int guest_mount(uint32_t set) {
    (void)set; /* all of them are there */
    return 0;
}

/* ---- the cage: the container itself, in which all but PID 1 are customers ---- */

/* Of the container's own group, with cgroup v2 or else v1. This is looked up with every answer of a runtime, and so the file stays open. */
static uint64_t killed(void) {
    static int fd = -1;
    char text[512];
    if (fd < 0) fd = open(CGROUP "memory.events", O_RDONLY | O_CLOEXEC);
    if (fd < 0) fd = open(CGROUP "memory/memory.oom_control", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof text - 1, 0);
    text[n < 0 ? 0 : n] = 0;
    return number_in(text, "oom_kill");
}

int cage_limit(uint64_t memory_max, uint32_t pids_max) {
    (void)memory_max, (void)pids_max; /* the host's business */
    return 0;
}

int cage_make(uint64_t memory_max, uint32_t pids_max) {
    killed_before = killed();
    return cage_limit(memory_max, pids_max);
}

int cage_events(void) { return -1; }

int cage_limit_events(void) { return -1; }

void cage_at_limit(void) {}

pid_t cage_fork(void) { return fork(); }

const char *cage_enter(void) {
    /* Of all in the container the kernel is to kill these first if memory runs out, and the agent last. */
    if (write_file("/proc/self/oom_score_adj", "1000")) return "oom_score_adj";
    for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (setgroups(0, NULL) < 0 || setresgid(CUSTOMER_ID, CUSTOMER_ID, CUSTOMER_ID) < 0
        || setresuid(CUSTOMER_ID, CUSTOMER_ID, CUSTOMER_ID) < 0)
        return "user";
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? "no_new_privs" : NULL;
}

void cage_kill(void) { kill(-1, SIGKILL); }

int cage_freeze(bool freeze) { return freeze ? fail(ENOSYS, "FREEZE") : 0; }

bool cage_frozen(void) { return false; }

bool cage_empty(void) { return kill(-1, 0) < 0 && errno == ESRCH; }

bool cage_out_of_memory(void) { return killed() > killed_before; }

bool cage_spoiled(void) { return cage_out_of_memory(); }

uint64_t cage_peak(void) {
    char text[32];
    read_file(CGROUP "memory.peak", text, sizeof text);
    if (!*text) read_file(CGROUP "memory/memory.max_usage_in_bytes", text, sizeof text);
    return strtoull(text, NULL, 10);
}
