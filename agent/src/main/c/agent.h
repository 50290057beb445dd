/*
 * Thaw's guest agent. docs/agent-protocol.md is what it does; this is how it is cut up:
 *
 *   agent.c    the serial port: frames in and out, the event loop, control calls
 *   streams.c  flow-controlled streams between the port and sockets and pipes
 *   runtime.c  the customer's main process, from START to EXITED
 *   guest.c    everything that needs a guest to run in: mounts, disks, cgroup, clock, network
 *   common.c   what guest.c shares with container.c, which stands in its place in a container
 *
 * One thread, one epoll, static buffers: it never allocates memory, and never waits but in
 * epoll_wait, except for the moment in which a new process turns into the runtime.
 * Tests replace guest.c and run the rest on the host as it is.
 */
#ifndef THAW_AGENT_H
#define THAW_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum frame_type { CONNECT = 1, HELLO, REQUEST, REPLY, EVENT, OPEN, DATA, WINDOW, EOF_, CLOSE, FAULT };
enum operation {
    PING = 1, SET_CLOCK, RESEED, SET_IDENTITY, CONFIGURE_NETWORK, MOUNT_DISKS, START, FREEZE, THAW, KILL,
    PEAK_MEMORY, POWER_OFF, SET_LIMITS
};
enum stream_kind { CONNECTION = 1, STDOUT, STDERR, SERVICE }; /* CONNECTION and SERVICE go both ways */

#define VERSION 3
#define HEADER_BYTES 8
#define MAX_PAYLOAD 65536
#define MAX_STREAMS 64
#define WINDOW_BYTES (256 * 1024)
#define NONCE_BYTES 16
#define BOOT_ID_LENGTH 36 /* of a UUID */
#define FLAG_CARRIED 1
#define FLAG_ABORT 1

/* What an epoll event is about; smaller numbers are streams. */
enum { ON_PORT = MAX_STREAMS, ON_LISTENER, ON_SIGNAL, ON_CAGE, ON_LIMIT };

/* agent.c */
extern int epoll_fd;
extern bool connected;                /* a host has sent CONNECT and is still there */
int fail(int error, const char *what); /* remembers "what: why" for the reply; returns error */
_Noreturn void die(const char *why);   /* the host broke the protocol, or the guest is unusable */
uint8_t *frame(int type, int flags, int stream, uint32_t length); /* where to put the payload */
uint8_t *data_room(uint32_t *bytes);  /* where to read a DATA payload to, and how much fits */
void data_sent(int stream, uint32_t bytes);
void watch(int fd, int what, uint32_t *now, uint32_t wanted); /* changes what epoll reports */
uint32_t get32(const uint8_t *p);
void put32(uint8_t *p, uint32_t v);

/* streams.c */
void streams_start(int runtime_api, int data_endpoint, int local, int pipes); /* listening sockets; -1: none */
void streams_connected(uint32_t host_window); /* a new host: start over, carry what can be carried */
void streams_disconnected(void);
void stream_frame(int type, int flags, int stream, const uint8_t *payload, uint32_t length);
void stream_event(int stream, uint32_t events);
int stream_open(int kind, int fd);  /* 0, or -1 if there is no slot (the caller keeps the fd) */
int streams_free(void);
void streams_take_output(void);     /* reads what stdout and stderr hold, for which there is credit */
bool streams_accept(void);          /* takes a connection of each listener; false if there is none or no slot */
bool streams_drained(void);         /* nothing is left to read for which there is credit */
bool streams_ended(void);           /* the runtime is dead: has all been sent that can be? */
void streams_end(void);             /* closes what is open */

/* runtime.c */
int runtime_start(const uint8_t *arguments, uint32_t length);
int runtime_kill(void);
int runtime_freeze(uint32_t request); /* -1: the reply follows */
int runtime_thaw(void);
bool runtime_spoiled(void);           /* nothing that it says counts any more: it is being killed */
int runtime_limit(uint64_t memory_max, uint32_t pids_max);
void runtime_disconnected(void);      /* nobody waits for a reply any more */
void runtime_reap(void);
void runtime_progress(void);          /* does what has become possible: EXITED, FREEZE's reply */
void reply(uint32_t request, int error, const void *result, uint32_t length);

/* common.c */
int write_file(const char *path, const char *text);
int write_kept(int fd, const char *what, const char *text); /* the whole text, from the start of an open file */
struct shown { /* a small file whose text is renewed in every clone; zero before its first */
    char *bytes;
    size_t length;
};
int show(struct shown *file, const char *path, const char *text);
void read_file(const char *path, char *text, size_t size);
uint64_t number_in(const char *text, const char *key);
int interface_socket(void);
int interface_up(const char *name);
int network_configure(const uint8_t *address, const uint8_t *gateway, int prefix); /* of eth0 */
void etc_identity(const char *hostname, const char *machine_id);
void etc_resolver(const uint8_t *address);
int etc_write(const char *directory); /* what is known, into hosts, hostname, machine-id and resolv.conf */

/* guest.c, container.c, or the tests' stand-in for them */
void guest_start(void);
int guest_port(int argc, char **argv);
int guest_listener(int kind); /* for connections of this kind; in common.c but for tests */
int guest_local_listener(int type); /* for CONNECTIONs of Thaw's own runtimes, or -1 */
void guest_port_lost(void);
int guest_clock(int64_t seconds, uint32_t nanoseconds);
int guest_reseed(const uint8_t *seed, uint32_t length);
int guest_identity(const char *hostname, const char *machine_id, const char *boot_id);
int guest_network(const uint8_t *address, const uint8_t *gateway, const uint8_t *resolver, int prefix);
int guest_mount(uint32_t set);
_Noreturn void guest_power_off(void);
/* The cage: the cgroup and the confinement of customer processes. */
int cage_make(uint64_t memory_max, uint32_t pids_max);
int cage_limit(uint64_t memory_max, uint32_t pids_max);
pid_t cage_fork(void);                /* the child is born in the cage ... */
const char *cage_enter(void);         /* ... and confines itself; NULL, or what failed (see errno) */
int cage_events(void);                /* a descriptor that has EPOLLPRI when the cage changes, or -1 */
int cage_limit_events(void);          /* the same when the cage is at its memory limit, or -1 */
void cage_at_limit(void);             /* kills a cage that does little else than to read its code again and again */
void cage_kill(void);
int cage_freeze(bool freeze);
bool cage_frozen(void);
bool cage_empty(void);
bool cage_out_of_memory(void);
bool cage_spoiled(void);              /* the kernel killed a process in it for want of memory, and left others alive */
uint64_t cage_peak(void);

#endif
