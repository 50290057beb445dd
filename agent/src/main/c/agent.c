/* The serial port, the event loop, and control calls. See agent.h. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef THAW_BUILD
#define THAW_BUILD "unknown"
#endif

/*
 * Output is taken into memory only while this much room is left for what must not wait: replies,
 * WINDOW, EOF, CLOSE. One turn of the loop needs a small part of it.
 */
#define RESERVED_BYTES (16 * 1024)
#define PIPES_BYTES (2 * (HEADER_BYTES + MAX_PAYLOAD)) /* what stdout's and stderr's pipes hold together */
#define OUT_BYTES (64 * 1024 + PIPES_BYTES + RESERVED_BYTES)
#define MAX_PING 4096
#define MIN_HOST_WINDOW 4096
#define MAX_HOST_WINDOW (16 * 1024 * 1024)

int epoll_fd;
bool connected;

static int port;
static uint32_t port_events;
static bool port_hung_up;
static uint8_t in[2 * (HEADER_BYTES + MAX_PAYLOAD)];
static uint32_t in_bytes;
static bool in_waits; /* whole frames are in the buffer, but there was no room for answers */
static uint8_t out[OUT_BYTES];
static uint32_t out_start, out_end;
static char failure[160];
static bool power_off_wanted;

uint32_t get32(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = v >> (8 * i);
}

static uint16_t get16(const uint8_t *p) { return p[0] | p[1] << 8; }

static uint64_t get64(const uint8_t *p) { return get32(p) | (uint64_t)get32(p + 4) << 32; }

int fail(int error, const char *what) {
    snprintf(failure, sizeof failure, "%s: %s", what, strerror(error));
    return error;
}

void watch(int fd, int what, uint32_t *now, uint32_t wanted) {
    if (*now == wanted) return;
    struct epoll_event event = {.events = wanted, .data.u32 = what};
    /* With no interest it leaves epoll altogether: HUP and ERR would be reported for ever. */
    epoll_ctl(epoll_fd, wanted == 0 ? EPOLL_CTL_DEL : *now == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    *now = wanted;
}

/* ---- output ---- */

static uint32_t out_room(void) { return OUT_BYTES - (out_end - out_start); }

static bool congested(void) { return out_room() < RESERVED_BYTES; }

/* Makes sure that `bytes` follow each other at out_end. */
static void out_align(uint32_t bytes) {
    if (OUT_BYTES - out_end >= bytes) return;
    memmove(out, out + out_start, out_end - out_start);
    out_end -= out_start;
    out_start = 0;
}

static uint8_t *put_header(int type, int flags, int stream, uint32_t length) {
    uint8_t *p = out + out_end;
    p[0] = type;
    p[1] = flags;
    p[2] = stream;
    p[3] = stream >> 8;
    put32(p + 4, length);
    out_end += HEADER_BYTES + length;
    return p + HEADER_BYTES;
}

uint8_t *frame(int type, int flags, int stream, uint32_t length) {
    if (out_room() < HEADER_BYTES + length) die("the agent's output buffer is full");
    out_align(HEADER_BYTES + length);
    return put_header(type, flags, stream, length);
}

uint8_t *data_room(uint32_t *bytes) {
    uint32_t room = out_room();
    if (room <= RESERVED_BYTES + HEADER_BYTES) return NULL;
    room -= RESERVED_BYTES + HEADER_BYTES;
    if (room > MAX_PAYLOAD) room = MAX_PAYLOAD;
    if (*bytes > room) *bytes = room;
    out_align(HEADER_BYTES + *bytes);
    return out + out_end + HEADER_BYTES;
}

void data_sent(int stream, uint32_t bytes) { put_header(DATA, 0, stream, bytes); }

static void hang_up(void);

static void flush(void) {
    while (out_start < out_end) {
        ssize_t n = write(port, out + out_start, out_end - out_start);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            hang_up();
            return;
        }
        if (n <= 0) break;
        out_start += n;
    }
    if (out_start == out_end) {
        out_start = out_end = 0;
        if (power_off_wanted) guest_power_off();
    }
    if (!port_hung_up) watch(port, ON_PORT, &port_events, out_end > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void await_port(int timeout_millis) {
    struct pollfd wait = {.fd = port, .events = POLLOUT};
    poll(&wait, 1, timeout_millis);
    if (wait.revents & POLLHUP) hang_up();
}

void die(const char *why) {
    static bool dying;
    dprintf(2, "thaw agent: %s\n", why);
    uint32_t length = strlen(why);
    if (!dying && connected && out_room() >= HEADER_BYTES + length) {
        dying = true;
        memcpy(frame(FAULT, 0, 0, length), why, length);
        for (int tries = 0; out_end > 0 && tries < 10; tries++) {
            flush();
            if (out_end > 0) await_port(100);
        }
    }
    guest_power_off();
}

void reply(uint32_t request, int error, const void *result, uint32_t length) {
    if (error != 0) {
        result = failure;
        length = strlen(failure);
    }
    uint8_t *p = frame(REPLY, 0, 0, 8 + length);
    put32(p, request);
    put32(p + 4, error);
    if (length > 0) memcpy(p + 8, result, length);
}

/* ---- control calls ---- */

static int identity(const uint8_t *p, uint32_t length) {
    const char *texts[3]; /* host name, machine id, boot id */
    const uint8_t *at = p, *end = p + length;
    for (int i = 0; i < 3; i++) {
        const uint8_t *stop = memchr(at, 0, end - at);
        if (!stop) return fail(EINVAL, "SET_IDENTITY");
        texts[i] = (const char *)at;
        at = stop + 1;
    }
    if (at != end || !*texts[0] || strlen(texts[0]) > 63 || strlen(texts[1]) != 32 || strlen(texts[2]) != BOOT_ID_LENGTH)
        return fail(EINVAL, "SET_IDENTITY");
    return guest_identity(texts[0], texts[1], texts[2]);
}

/* Returns an errno, or -1 if the reply was sent or will be. */
static int control(uint32_t request, int operation, const uint8_t *p, uint32_t length) {
    switch (operation) {
    case PING:
        if (length > MAX_PING) return fail(EINVAL, "PING");
        streams_take_output(); /* the answer tells the host that it has all that was written before */
        reply(request, 0, p, length);
        return -1;
    case SET_CLOCK:
        return length == 12 ? guest_clock(get64(p), get32(p + 8)) : fail(EINVAL, "SET_CLOCK");
    case RESEED:
        return length >= 1 && length <= 4096 ? guest_reseed(p, length) : fail(EINVAL, "RESEED");
    case SET_IDENTITY:
        return identity(p, length);
    case CONFIGURE_NETWORK:
        return length == 13 && p[12] <= 32 ? guest_network(p, p + 4, p + 8, p[12]) : fail(EINVAL, "CONFIGURE_NETWORK");
    case MOUNT_DISKS:
        return length == 4 && get32(p) < 16 ? guest_mount(get32(p)) : fail(EINVAL, "MOUNT_DISKS");
    case START:
        return runtime_start(p, length);
    case FREEZE:
        return runtime_freeze(request);
    case THAW:
        return runtime_thaw();
    case KILL:
        return runtime_kill();
    case PEAK_MEMORY: {
        uint64_t peak = cage_peak();
        uint8_t result[8];
        put32(result, peak);
        put32(result + 4, peak >> 32);
        reply(request, 0, result, sizeof result);
        return -1;
    }
    case POWER_OFF:
        power_off_wanted = true; /* once the reply is out */
        return 0;
    case SET_LIMITS:
        return length == 12 ? runtime_limit(get64(p), get32(p + 8)) : fail(EINVAL, "SET_LIMITS");
    default:
        return fail(ENOSYS, "unknown operation");
    }
}

/* ---- input ---- */

static void greet(const uint8_t *p, uint32_t length) {
    if (length != NONCE_BYTES + 8) die("CONNECT of a wrong size");
    uint32_t host_window = get32(p + NONCE_BYTES + 4);
    if (host_window < MIN_HOST_WINDOW || host_window > MAX_HOST_WINDOW) die("CONNECT with an impossible window");
    connected = true;
    out_start = out_end = 0; /* what was meant for an earlier host */
    power_off_wanted = false;
    runtime_disconnected();
    uint32_t build = strlen(THAW_BUILD);
    uint8_t *hello = frame(HELLO, 0, 0, NONCE_BYTES + 8 + build);
    memcpy(hello, p, NONCE_BYTES);
    put32(hello + NONCE_BYTES, VERSION | MAX_STREAMS << 16);
    put32(hello + NONCE_BYTES + 4, WINDOW_BYTES);
    memcpy(hello + NONCE_BYTES + 8, THAW_BUILD, build);
    streams_connected(host_window);
}

static void handle(const uint8_t *header, const uint8_t *p, uint32_t length) {
    int type = header[0], flags = header[1], stream = get16(header + 2);
    if (!connected && type != CONNECT) die("a frame before CONNECT");
    if (type >= DATA && type <= CLOSE) {
        if (stream < 1 || stream > MAX_STREAMS) die("a frame on an impossible stream");
        if (flags != 0 && (type != CLOSE || flags != FLAG_ABORT)) die("a frame with unknown flags");
        stream_frame(type, flags, stream, p, length);
        return;
    }
    if (stream != 0 || flags != 0) die("a frame with a stream or flags that its type has not");
    if (type == CONNECT) {
        greet(p, length);
    } else if (type == REQUEST) {
        if (length < 8 || get16(p + 6) != 0) die("REQUEST of a wrong size");
        int error = control(get32(p), get16(p + 4), p + 8, length - 8);
        if (error >= 0) reply(get32(p), error, NULL, 0);
    } else {
        die("a frame of a type that a host does not send");
    }
}

/* Whether there is room for what a whole frame may produce. */
static bool room_for(const uint8_t *header, uint32_t length) {
    bool ping = header[0] == REQUEST && length >= 8 && get16(header + HEADER_BYTES + 4) == PING;
    return out_room() >= RESERVED_BYTES + (ping ? PIPES_BYTES : 0);
}

/* Takes the whole frames out of the buffer, as long as there is room for the answers. */
static void parse(void) {
    uint32_t at = 0;
    in_waits = false;
    while (in_bytes - at >= HEADER_BYTES) {
        uint32_t length = get32(in + at + 4);
        if (length > MAX_PAYLOAD) die("a frame of more than 64 KiB");
        if (in_bytes - at < HEADER_BYTES + length) break;
        if (!room_for(in + at, length)) {
            in_waits = true;
            break;
        }
        handle(in + at, in + at + HEADER_BYTES, length);
        at += HEADER_BYTES + length;
    }
    if (at > 0) memmove(in, in + at, in_bytes - at);
    in_bytes -= at;
}

/*
 * The host's end is closed. What was received or sent in part is worthless to the next host. The
 * port would report HUP for ever, so only its edges are reported until somebody is there again.
 */
static void hang_up(void) {
    guest_port_lost();
    connected = false;
    in_bytes = out_start = out_end = 0;
    in_waits = false;
    if (!port_hung_up) watch(port, ON_PORT, &port_events, EPOLLIN | EPOLLET);
    port_hung_up = true;
    runtime_disconnected();
    streams_disconnected();
}

static void port_event(uint32_t events) {
    if (events & EPOLLHUP) {
        hang_up();
        return;
    }
    if (port_hung_up) {
        port_hung_up = false;
        watch(port, ON_PORT, &port_events, EPOLLIN);
    }
    if (!(events & EPOLLIN)) return;
    /* The kernel hands out the bytes page by page: after a full page there probably is another. */
    for (int turns = 0; turns < 32 && in_bytes < sizeof in; turns++) {
        ssize_t n = read(port, in + in_bytes, sizeof in - in_bytes);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            hang_up();
            return;
        }
        if (n > 0) in_bytes += n;
        if (n < 4096) break;
    }
    parse();
}

int main(int argc, char **argv) {
    guest_start();
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    signal(SIGPIPE, SIG_IGN);
    int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    uint32_t signal_events = 0;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    port = guest_port(argc, argv);
    if (signals < 0 || epoll_fd < 0 || port < 0) die("cannot set up the event loop");
    watch(signals, ON_SIGNAL, &signal_events, EPOLLIN);
    watch(port, ON_PORT, &port_events, EPOLLIN);
    streams_start(guest_listener(CONNECTION), guest_listener(SERVICE), guest_local_listener(SOCK_STREAM),
        guest_local_listener(SOCK_SEQPACKET));

    for (;;) {
        flush(); /* all that one turn produced, with one write */
        while (congested()) {
            await_port(-1);
            flush();
        }
        if (in_waits) {
            if (out_start < out_end) await_port(-1);
            parse();
            continue;
        }
        struct epoll_event events[32];
        int count = epoll_wait(epoll_fd, events, 32, -1);
        bool reap = false;
        for (int i = 0; i < count; i++) {
            uint32_t what = events[i].data.u32;
            if (what == ON_PORT) port_event(events[i].events);
            else if (what == ON_LISTENER) streams_accept();
            else if (what == ON_SIGNAL) reap = true;
            else if (what == ON_LIMIT) cage_at_limit();
            else if (what < MAX_STREAMS) stream_event(what + 1, events[i].events);
        }
        if (reap) { /* after the streams: a process's last words come before its end */
            struct signalfd_siginfo ignored;
            while (read(signals, &ignored, sizeof ignored) > 0) continue;
            runtime_reap();
        }
        runtime_progress();
    }
}
