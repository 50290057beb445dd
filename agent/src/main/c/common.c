/* What the agent does alike in a VM (guest.c) and in a container (container.c): small files, the network, /etc. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RUNTIME_API_PORT 9001
#define DATA_ENDPOINT_PORT 9002
#define SHOWN_BYTES 4096
/* Linux's abstract name of a local socket. */
#define RUNTIME_API_NAME "thaw-runtime-api"

static char hostname[64] = "localhost";
static char machine_id[33];
static char resolver[INET_ADDRSTRLEN];

/* ---- small files ---- */

int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return fail(errno, path);
    ssize_t n = write(fd, text, strlen(text));
    int error = n < 0 ? errno : 0;
    close(fd);
    return error ? fail(error, path) : 0;
}

int write_kept(int fd, const char *what, const char *text) {
    size_t length = strlen(text);
    ssize_t n = fd < 0 ? -1 : pwrite(fd, text, length, 0);
    return n == (ssize_t)length ? 0 : fail(n < 0 ? errno : EIO, what);
}

/*
 * Most texts are as long as those before them, and then they are copied into the mapped file: no system call. After a
 * resume under emulation, every path through the kernel that is not taken saves the translation of its code.
 */
int show(struct shown *file, const char *path, const char *text) {
    size_t length = strlen(text);
    if (file->bytes && file->length == length) {
        memcpy(file->bytes, text, length);
        return 0;
    }
    file->length = 0; /* as long as it is not known to be whole, nothing is copied into it */
    int error = write_file(path, text);
    if (error) return error;
    file->length = length;
    if (file->bytes) munmap(file->bytes, SHOWN_BYTES);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    char *bytes = fd < 0 ? MAP_FAILED : mmap(NULL, SHOWN_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    error = errno;
    if (fd >= 0) close(fd);
    file->bytes = bytes == MAP_FAILED ? NULL : bytes;
    return file->bytes ? 0 : fail(error, path);
}

/* Reads a small file as a string; empty if there is none. */
void read_file(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
    text[n < 0 ? 0 : n] = 0;
    if (fd >= 0) close(fd);
}

/* The number after `key` in a file of "key number" lines; 0 without it. */
uint64_t number_in(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
    }
    return 0;
}

/* ---- network ---- */

/* One for all requests to interfaces, kept: see show. */
int interface_socket(void) {
    static int fd = -1;
    if (fd < 0) fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd;
}

int interface_up(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strcpy(request.ifr_name, name);
    return ioctl(interface_socket(), SIOCSIFFLAGS, &request) < 0 ? fail(errno, name) : 0;
}

static struct sockaddr inet(const uint8_t *address) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    memcpy(&in.sin_addr, address, 4);
    struct sockaddr any;
    memcpy(&any, &in, sizeof any);
    return any;
}

int network_configure(const uint8_t *address, const uint8_t *gateway, int prefix) {
    uint32_t bits = htonl(prefix == 0 ? 0 : ~0U << (32 - prefix));
    const uint8_t any[4] = {0, 0, 0, 0};
    struct ifreq own = {.ifr_name = "eth0", .ifr_addr = inet(address)};
    struct ifreq mask = {.ifr_name = "eth0", .ifr_netmask = inet((uint8_t *)&bits)};
    struct rtentry route = {
        .rt_dst = inet(any), .rt_genmask = inet(any), .rt_gateway = inet(gateway), .rt_flags = RTF_UP | RTF_GATEWAY};
    int fd = interface_socket();
    if (ioctl(fd, SIOCSIFADDR, &own) < 0) return fail(errno, "address of eth0");
    if (ioctl(fd, SIOCSIFNETMASK, &mask) < 0) return fail(errno, "netmask of eth0");
    if (interface_up("eth0")) return EIO;
    return ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST ? fail(errno, "default route") : 0;
}

int guest_listener(int kind) {
    uint16_t port = kind == SERVICE ? DATA_ENDPOINT_PORT : RUNTIME_API_PORT;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, MAX_STREAMS) < 0)
        die("cannot listen on 127.0.0.1:9001 and :9002");
    return fd;
}

/*
 * The Runtime API once more, for Thaw's own runtimes: a local socket is a fraction of the code and of the time of TCP,
 * which all others speak to 127.0.0.1:9001. One of the type SOCK_SEQPACKET is exchanged for two pipes, which are less still.
 */
int guest_local_listener(int type) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0" RUNTIME_API_NAME};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof RUNTIME_API_NAME;
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, MAX_STREAMS) < 0)
        die("cannot listen on the local socket " RUNTIME_API_NAME);
    return fd;
}

/* ---- /etc ---- */

void etc_identity(const char *host, const char *machine) {
    strcpy(hostname, host); /* lengths were checked */
    strcpy(machine_id, machine);
}

void etc_resolver(const uint8_t *dns) {
    snprintf(resolver, sizeof resolver, "%d.%d.%d.%d", dns[0], dns[1], dns[2], dns[3]);
}

int etc_write(const char *directory) {
    enum { HOSTS, HOSTNAME, MACHINE_ID, RESOLVER, FILES };
    static const char *const names[FILES] = {"hosts", "hostname", "machine-id", "resolv.conf"};
    static struct shown files[FILES];
    const char *texts[FILES][3] = {
        [HOSTS] = {"127.0.0.1 localhost\n127.0.0.1 ", hostname, "\n"},
        [HOSTNAME] = {hostname, "\n", ""},
        [MACHINE_ID] = {machine_id, *machine_id ? "\n" : "", ""},
        [RESOLVER] = {*resolver ? "nameserver " : "", resolver, *resolver ? "\n" : ""},
    };
    int error = 0;
    for (int i = 0; i < FILES && !error; i++) {
        char path[64], text[160] = "";
        strcat(strcpy(path, directory), names[i]);
        for (int part = 0; part < 3; part++) strcat(text, texts[i][part]);
        error = show(&files[i], path, text);
    }
    return error;
}
