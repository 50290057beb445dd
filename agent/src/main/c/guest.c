/* What needs a guest to run in: mounts, disks, clock, identity, network. */
#define _GNU_SOURCE
#include "agent.h"
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID "/boot_id"
#define IDENTITY "/identity/"
#define ADD_ENTROPY 0x40085203 /* RNDADDENTROPY and RNDRESEEDCRNG of linux/random.h */
#define RESEED_CRNG 0x5207

enum disks { ROOT_DISK = 1, CODE_DISK = 2, OPT_DISK = 4, TMP_DISK = 8 };

static uint32_t mounted; /* disks */
static int random_fd = -1;

/* ---- small helpers ---- */

/* A container image may have a link or a file where something is to be mounted: a directory takes its place. */
static int place(const char *target) {
    struct stat found;
    if (lstat(target, &found) == 0) {
        if (S_ISDIR(found.st_mode)) return 0;
        if (unlink(target) < 0) return fail(errno, target);
    }
    return mkdir(target, 0755) < 0 ? fail(errno, target) : 0;
}

static int mount_on(const char *source, const char *target, const char *type, unsigned long flags, const char *options) {
    int error = place(target);
    if (error) return error;
    return mount(source, target, type, flags, options) < 0 ? fail(errno, target) : 0;
}

static void sleep_millis(int millis) {
    struct timespec time = {0, millis * 1000000L};
    nanosleep(&time, NULL);
}

/* ---- the start ---- */

static void load_modules(void) {
    static char order[8192];
    read_file("/modules/order", order, sizeof order);
    for (char *path = strtok(order, "\n"); path; path = strtok(NULL, "\n")) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
            dprintf(2, "thaw agent: module %s: %s\n", path, strerror(errno));
        if (fd >= 0) close(fd);
    }
}

void guest_start(void) {
    umask(0);
    mkdir(IDENTITY, 0755);
    mount_on("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, NULL);
    int fd;
    do fd = open("/dev/console", O_RDWR); /* so that 0, 1 and 2 are taken */
    while (fd >= 0 && fd < 2);
    if (fd > 2) close(fd);
    if (mount_on("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)
        || mount_on("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)
        || mount_on("cgroup2", "/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)
        || write_file("/cgroup/cgroup.subtree_control", "+memory +pids"))
        die("cannot mount proc, sysfs or cgroup2");
    /* Nobody gives eth0 an address of version 6, so the kernel need not look for one of its own. */
    write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    load_modules();
    random_fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
    interface_up("lo");
    /* What the kernel does from time to time for large and old machines would be done right after a resume. */
    write_file("/proc/sys/vm/stat_interval", "600");
    write_file("/proc/sys/vm/compaction_proactiveness", "0");
    /* Huge pages raise it to a twentieth of memory, which a function of the VM's whole size would lack. */
    write_file("/proc/sys/vm/min_free_kbytes", "4096");
    /* No customer process needs one, and many a kernel hole was only reachable from within one. */
    write_file("/proc/sys/user/max_user_namespaces", "0");
    /* What is mounted later shall appear in a running customer's namespace. */
    mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL);
}

/* Waits for the port: the kernel makes it, and learns its name, some time after its driver. */
int guest_port(int argc, char **argv) {
    (void)argc, (void)argv;
    for (int tries = 0; tries < 5000; tries++) {
        DIR *ports = opendir("/sys/class/virtio-ports");
        struct dirent *entry;
        while (ports && (entry = readdir(ports))) {
            char path[300], name[32];
            snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
            read_file(path, name, sizeof name);
            if (strcmp(name, "thaw.agent\n") != 0) continue;
            snprintf(path, sizeof path, "/dev/%s", entry->d_name);
            int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
            closedir(ports);
            return fd;
        }
        if (ports) closedir(ports);
        sleep_millis(2);
    }
    die("there is no virtio-serial port thaw.agent");
}

void guest_port_lost(void) {} /* nothing: it may be a snapshot, and the next host is on its way */

/* ---- clock, randomness, identity, network ---- */

int guest_clock(int64_t seconds, uint32_t nanoseconds) {
    struct timespec now = {seconds, nanoseconds};
    return clock_settime(CLOCK_REALTIME, &now) < 0 ? fail(errno, "clock_settime") : 0;
}

int guest_reseed(const uint8_t *seed, uint32_t length) {
    static struct {
        int bits, bytes;
        uint8_t seed[4096];
    } entropy;
    entropy.bits = length * 8;
    entropy.bytes = length;
    memcpy(entropy.seed, seed, length);
    int error = ioctl(random_fd, ADD_ENTROPY, &entropy) < 0 || ioctl(random_fd, RESEED_CRNG) < 0
        ? fail(errno, "/dev/urandom") : 0;
    memset(entropy.seed, 0, length);
    return error;
}

/* These are files of the agent's own, which lie over those of the customer's /etc: nothing else is as quickly changed. */
static int write_etc(void) { return etc_write(IDENTITY); }

/* Lays the files over the customer's, which become mount points if they are not there. */
static int bind_etc(void) {
    static const char *const names[] = {"hosts", "hostname", "machine-id", "resolv.conf"};
    int error = write_etc();
    if (!error) error = place(ROOT "/etc");
    for (size_t i = 0; !error && i < sizeof names / sizeof *names; i++) {
        char own[40], customers[60];
        snprintf(own, sizeof own, IDENTITY "%s", names[i]);
        snprintf(customers, sizeof customers, ROOT "/etc/%s", names[i]);
        struct stat found;
        bool missing = lstat(customers, &found) < 0;
        if (!missing && !S_ISREG(found.st_mode)) {
            if (unlink(customers) < 0) error = fail(errno, customers);
            missing = true;
        }
        if (!error && missing) error = write_file(customers, "");
        if (!error && mount(own, customers, NULL, MS_BIND, NULL) < 0) error = fail(errno, customers);
    }
    return error;
}

/*
 * The kernel's boot id cannot be changed: a file of ours lies over it in the customer's /proc. Until a host gives one it
 * says the same.
 */
static int show_boot_id(const char *given) {
    static struct shown file;
    char id[BOOT_ID_LENGTH + 2] = "";
    if (given) strcat(strcpy(id, given), "\n");
    else if (!file.bytes) read_file("/proc/sys/kernel/random/boot_id", id, sizeof id);
    return *id ? show(&file, BOOT_ID, id) : 0;
}

/* A locally administered address out of the machine id, which is hex; a guest without NIC needs none. */
static int new_mac(const char *machine_id) {
    struct ifreq request = {.ifr_name = "eth0", .ifr_hwaddr = {.sa_family = ARPHRD_ETHER, .sa_data = {2}}};
    for (int i = 1; i < 6; i++) {
        char byte[3] = {machine_id[2 * i], machine_id[2 * i + 1], 0};
        request.ifr_hwaddr.sa_data[i] = strtoul(byte, NULL, 16);
    }
    return ioctl(interface_socket(), SIOCSIFHWADDR, &request) < 0 && errno != ENODEV ? fail(errno, "MAC of eth0") : 0;
}

int guest_identity(const char *hostname, const char *machine_id, const char *boot_id) {
    if (sethostname(hostname, strlen(hostname)) < 0) return fail(errno, "sethostname");
    etc_identity(hostname, machine_id);
    int error = show_boot_id(boot_id);
    if (!error) error = new_mac(machine_id);
    return error ? error : write_etc();
}

/* Most often it is what the snapshot has already. Nobody but this agent may change it. */
int guest_network(const uint8_t *address, const uint8_t *gateway, const uint8_t *dns, int prefix) {
    static struct {
        uint8_t address[4], gateway[4];
        int prefix;
        bool set;
    } last;
    if (!last.set || memcmp(last.address, address, 4) || memcmp(last.gateway, gateway, 4) || last.prefix != prefix) {
        last.set = false;
        int error = network_configure(address, gateway, prefix);
        if (error) return error;
        memcpy(last.address, address, 4);
        memcpy(last.gateway, gateway, 4);
        last.prefix = prefix;
        last.set = true;
    }
    etc_resolver(dns);
    return write_etc();
}

/* ---- disks ---- */

static struct disk {
    const char *serial;
    char device[32]; /* "" if it was not found */
} disks[] = {{"root", ""}, {"runtime", ""}, {"code", ""}, {"opt", ""}, {"tmp", ""}};

/* Every serial is a request to a disk, and none ever changes: a snapshot remembers what was found. */
static void find_disks(void) {
    DIR *blocks = opendir("/sys/block");
    struct dirent *entry;
    while (blocks && (entry = readdir(blocks))) {
        char path[300], found[32];
        snprintf(path, sizeof path, "/sys/block/%s/serial", entry->d_name);
        read_file(path, found, sizeof found);
        found[strcspn(found, "\n")] = 0;
        for (struct disk *d = disks; d < disks + sizeof disks / sizeof *disks; d++)
            if (strcmp(found, d->serial) == 0) snprintf(d->device, sizeof d->device, "/dev/%.20s", entry->d_name);
    }
    if (blocks) closedir(blocks);
}

/* A disk's device; "" if there is none. */
static const char *device_of(const char *serial) {
    const char *found = "";
    for (int tries = 0; tries < 2 && !*found; tries++) {
        if (tries > 0) find_disks();
        for (struct disk *d = disks; d < disks + sizeof disks / sizeof *disks; d++)
            if (strcmp(d->serial, serial) == 0) found = d->device;
    }
    return found;
}

/* The file system that a disk's super block names; NULL for a blank disk. */
static const char *file_system(const char *device) {
    static const uint8_t erofs[4] = {0xe2, 0xe1, 0xf5, 0xe0}, ext4[2] = {0x53, 0xef};
    uint8_t super[64] = {0};
    int fd = open(device, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, super, sizeof super, 1024);
    if (fd >= 0) close(fd);
    if (n == sizeof super && memcmp(super, erofs, sizeof erofs) == 0) return "erofs";
    if (n == sizeof super && memcmp(super + 56, ext4, sizeof ext4) == 0) return "ext4";
    return NULL;
}

/* Mounts a disk; without a file system, it is left out if it may be, and *blank says so. Looks at it only if it must. */
static int mount_disk(const char *serial, const char *target, const char *type, unsigned long flags, const char *options,
                      bool *blank) {
    const char *device = device_of(serial);
    int error = place(target);
    if (error) return error;
    if (*device && mount(device, target, type, flags, options) == 0) return 0;
    error = *device ? errno : ENODEV;
    const char *found = *device ? file_system(device) : NULL;
    if (!found && blank) {
        *blank = true;
        return 0;
    }
    if (found && strcmp(found, type) == 0) return fail(error, target);
    char what[80];
    snprintf(what, sizeof what, "disk %s is %s, not %s", serial, found ? found : *device ? "blank" : "missing", type);
    return fail(EINVAL, what);
}

static int device(const char *name, int major, int minor) {
    char path[64];
    snprintf(path, sizeof path, ROOT "/dev/%s", name);
    return mknod(path, S_IFCHR | 0666, makedev(major, minor)) < 0 ? fail(errno, path) : 0;
}

static int make_dev(void) {
    int error = mount_on("dev", ROOT "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755");
    if (error) return error;
    if (device("null", 1, 3) || device("zero", 1, 5) || device("full", 1, 7) || device("random", 1, 8)
        || device("urandom", 1, 9) || device("tty", 5, 0))
        return EIO;
    if (symlink("/proc/self/fd", ROOT "/dev/fd") < 0 || symlink("/proc/self/fd/0", ROOT "/dev/stdin") < 0
        || symlink("/proc/self/fd/1", ROOT "/dev/stdout") < 0 || symlink("/proc/self/fd/2", ROOT "/dev/stderr") < 0)
        return fail(errno, "links in /dev");
    return mount(NULL, ROOT "/dev", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL) < 0
        ? fail(errno, "read-only /dev") : 0;
}

bool guest_has_root(void) { return mounted & ROOT_DISK; }

static int mount_root(void) {
    bool blank = false;
    char options[128];
    mkdir("/disks", 0755);
    int error = mount_disk("root", "/disks/root", "erofs", MS_RDONLY, NULL, NULL);
    if (!error) error = mount_disk("runtime", "/disks/runtime", "erofs", MS_RDONLY, NULL, &blank);
    if (!error) error = mount_on("upper", "/disks/upper", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755");
    if (error) return error;
    mkdir("/disks/upper/files", 0755);
    mkdir("/disks/upper/work", 0755);
    snprintf(options, sizeof options, "lowerdir=%s/disks/root,upperdir=/disks/upper/files,workdir=/disks/upper/work",
             blank ? "" : "/disks/runtime:");
    error = mount_on("overlay", ROOT, "overlay", MS_NOSUID | MS_NODEV, options);
    unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (!error) error = mount_on("proc", ROOT "/proc", "proc", safe, "hidepid=2");
    if (!error) error = show_boot_id(NULL);
    if (!error && mount(BOOT_ID, ROOT "/proc/sys/kernel/random/boot_id", NULL, MS_BIND, NULL) < 0)
        error = fail(errno, "boot id");
    if (!error) error = mount_on("sysfs", ROOT "/sys", "sysfs", safe | MS_RDONLY, NULL);
    if (!error) error = make_dev();
    if (!error) error = bind_etc();
    if (!error) mounted |= ROOT_DISK;
    return error;
}

int guest_mount(uint32_t set) {
    unsigned long safe = MS_NOSUID | MS_NODEV;
    uint32_t missing = set & ~mounted;
    int error = 0;
    if (missing & ROOT_DISK) error = mount_root();
    if (!error && !(mounted & ROOT_DISK)) error = fail(EINVAL, "root is not mounted");
    if (!error && missing & CODE_DISK) {
        mkdir(ROOT "/var", 0755);
        error = mount_disk("code", ROOT "/var/task", "erofs", safe | MS_RDONLY, NULL, NULL);
        if (!error) mounted |= CODE_DISK;
    }
    if (!error && missing & OPT_DISK) {
        bool blank = false;
        error = mount_disk("opt", ROOT "/opt", "erofs", safe | MS_RDONLY, NULL, &blank);
        if (!error) mounted |= OPT_DISK; /* blank or not: it is as it was when it was looked at */
    }
    if (!error && missing & TMP_DISK) {
        /* No thread of the kernel need write zeros over zeros, or read all bitmaps ahead. */
        error = mount_disk("tmp", ROOT "/tmp", "ext4", safe, "noinit_itable,no_prefetch_block_bitmaps", NULL);
        if (!error && chmod(ROOT "/tmp", 01777) < 0) error = fail(errno, "/tmp");
        if (!error) mounted |= TMP_DISK;
    }
    return error;
}

void guest_power_off(void) {
    sync();
    reboot(RB_POWER_OFF);
    reboot(RB_AUTOBOOT); /* where the machine cannot; the VM is started so that this ends it too */
    _exit(1);
}
