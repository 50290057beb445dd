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
#include <sys/socket.h>
#include <unistd.h>

#define RUNTIME_API_PORT 9001
#define DATA_ENDPOINT_PORT 9002

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

int interface_up(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strcpy(request.ifr_name, name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? fail(errno, name) : 0;
    if (fd >= 0) close(fd);
    return error;
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
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(errno, "socket");
    int error = 0;
    if (ioctl(fd, SIOCSIFADDR, &own) < 0) error = fail(errno, "address of eth0");
    else if (ioctl(fd, SIOCSIFNETMASK, &mask) < 0) error = fail(errno, "netmask of eth0");
    else if (interface_up("eth0")) error = EIO;
    else if (ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST) error = fail(errno, "default route");
    close(fd);
    return error;
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

/* ---- /etc ---- */

void etc_identity(const char *host, const char *machine) {
    strcpy(hostname, host); /* lengths were checked */
    strcpy(machine_id, machine);
}

void etc_resolver(const uint8_t *dns) {
    snprintf(resolver, sizeof resolver, "%d.%d.%d.%d", dns[0], dns[1], dns[2], dns[3]);
}

static int write_in(const char *directory, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "%s%s", directory, name);
    return write_file(path, text);
}

int etc_write(const char *directory) {
    char text[160];
    snprintf(text, sizeof text, "127.0.0.1 localhost\n127.0.0.1 %s\n", hostname);
    int error = write_in(directory, "hosts", text);
    snprintf(text, sizeof text, "%s\n", hostname);
    if (!error) error = write_in(directory, "hostname", text);
    snprintf(text, sizeof text, "%s%s", machine_id, *machine_id ? "\n" : "");
    if (!error) error = write_in(directory, "machine-id", text);
    snprintf(text, sizeof text, "%s%s%s", *resolver ? "nameserver " : "", resolver, *resolver ? "\n" : "");
    return error ? error : write_in(directory, "resolv.conf", text);
}
