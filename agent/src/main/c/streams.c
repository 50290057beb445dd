/*
 * Streams between the port and sockets and pipes. A slot is free again when both sides have sent
 * CLOSE on it. `settle` is called after every change and draws all conclusions from a stream's state.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct stream {
    int kind; /* 0: the slot is free */
    int fd;   /* -1: closed here, CLOSE sent */
    int out;  /* what is written to: fd, or the other of two pipes; -1 once that is closed */
    bool eof_sent, close_sent, eof_got, close_got, shut;
    uint32_t events;      /* what epoll reports of fd */
    uint32_t out_events;  /* and of out, if that is another */
    uint32_t credit;      /* what may be sent to the host */
    uint32_t granted;     /* what the host may send */
    uint32_t written;     /* of what it sent; not yet granted again */
    uint32_t head, bytes; /* what the process has not taken yet, in its ring */
};

static struct stream streams[MAX_STREAMS + 1]; /* by id, 1.. */
static uint8_t rings[MAX_STREAMS + 1][WINDOW_BYTES];
#define LISTENERS 4
static struct {
    int fd, kind;
    bool pipes; /* who connects is given two pipes */
    uint32_t events;
} listeners[LISTENERS];
static uint32_t host_window;

static int id_of(struct stream *s) { return s - streams; }

static int free_slot(void) {
    for (int id = 1; id <= MAX_STREAMS; id++)
        if (streams[id].kind == 0) return id;
    return 0;
}

static bool is_socket(struct stream *s) { return s->kind == CONNECTION || s->kind == SERVICE; }

static void watch_listeners(void) {
    uint32_t wanted = connected && free_slot() ? EPOLLIN : 0;
    for (int i = 0; i < LISTENERS; i++)
        if (listeners[i].fd >= 0) watch(listeners[i].fd, ON_LISTENER, &listeners[i].events, wanted);
}

void streams_start(int runtime_api, int data_endpoint, int local, int pipes) {
    listeners[0].fd = runtime_api;
    listeners[0].kind = CONNECTION;
    listeners[1].fd = data_endpoint;
    listeners[1].kind = SERVICE;
    listeners[2].fd = local;
    listeners[2].kind = CONNECTION;
    listeners[3].fd = pipes;
    listeners[3].kind = CONNECTION;
    listeners[3].pipes = true;
}

int streams_free(void) {
    int count = 0;
    for (int id = 1; id <= MAX_STREAMS; id++) count += streams[id].kind == 0;
    return count;
}

static void watch_stream(struct stream *s) {
    if (s->fd < 0) return;
    uint32_t wanted = 0;
    if (connected && !s->eof_sent && s->credit > 0) wanted |= EPOLLIN;
    uint32_t out_wanted = s->bytes > 0 ? EPOLLOUT : 0;
    if (s->out == s->fd) wanted |= out_wanted;
    else if (s->out >= 0) watch(s->out, id_of(s) - 1, &s->out_events, out_wanted);
    watch(s->fd, id_of(s) - 1, &s->events, wanted);
}

static void close_out(struct stream *s) {
    if (s->out == s->fd || s->out < 0) return;
    watch(s->out, id_of(s) - 1, &s->out_events, 0);
    close(s->out);
    s->out = -1;
}

static void close_fd(struct stream *s, bool reset) {
    if (reset && is_socket(s)) {
        struct linger now = {.l_onoff = 1};
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close_out(s);
    watch(s->fd, id_of(s) - 1, &s->events, 0);
    close(s->fd);
    s->fd = -1;
    s->bytes = 0;
}

static void finish(struct stream *s, int flags) {
    close_fd(s, flags == FLAG_ABORT);
    frame(CLOSE, flags, id_of(s), 0);
    s->close_sent = true;
}

static void settle(struct stream *s) {
    if (s->fd >= 0) {
        if (s->bytes == 0 && s->eof_got && !s->shut) {
            if (s->out == s->fd) shutdown(s->fd, SHUT_WR); /* ENOTSOCK on a pipe does no harm */
            else close_out(s);
            s->shut = true;
        }
        if (s->shut && (s->close_got || s->eof_sent)) finish(s, 0);
    }
    if (s->close_sent && s->close_got) {
        s->kind = 0;
        watch_listeners();
    } else {
        watch_stream(s);
    }
}

static void announce(struct stream *s, int flags) {
    *frame(OPEN, flags, id_of(s), 1) = s->kind;
    s->credit = host_window;
    s->granted = is_socket(s) ? WINDOW_BYTES : 0;
    s->written = 0;
    watch_stream(s);
}

static int open_both(int kind, int fd, int out) {
    int id = free_slot();
    if (!id) return -1;
    streams[id] = (struct stream){.kind = kind, .fd = fd, .out = out};
    announce(&streams[id], 0);
    return 0;
}

int stream_open(int kind, int fd) { return open_both(kind, fd, fd); }

/* Gives the ends of two pipes away, to be read and to be written; false if nobody takes them. */
static bool give(int socket, int readable, int writable) {
    union {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    char byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(rights), (int[]){readable, writable}, 2 * sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

static void give_pipes(int socket, int kind) {
    int ours[2], theirs[2]; /* what we read, what they read */
    if (pipe2(ours, O_CLOEXEC) < 0) return;
    if (pipe2(theirs, O_CLOEXEC) < 0) {
        close(ours[0]);
        close(ours[1]);
        return;
    }
    fcntl(ours[0], F_SETFL, O_NONBLOCK | O_NOATIME); /* of these ends only */
    fcntl(theirs[1], F_SETFL, O_NONBLOCK);
    fcntl(theirs[0], F_SETFL, O_NOATIME);
    fcntl(ours[0], F_SETPIPE_SZ, WINDOW_BYTES);
    fcntl(theirs[1], F_SETPIPE_SZ, WINDOW_BYTES);
    bool given = give(socket, theirs[0], ours[1]);
    close(theirs[0]);
    close(ours[1]);
    if (given && open_both(kind, ours[0], theirs[1]) == 0) return;
    close(ours[0]);
    close(theirs[1]);
}

static bool accept_from(int listener, int kind, bool pipes) {
    if (!connected || !free_slot()) return false;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return false;
    if (pipes) {
        give_pipes(fd, kind);
        close(fd);
        return true;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* a local socket knows nothing else */
    stream_open(kind, fd);
    return true;
}

bool streams_accept(void) {
    bool accepted = false;
    for (int i = 0; i < LISTENERS; i++)
        accepted |= accept_from(listeners[i].fd, listeners[i].kind, listeners[i].pipes);
    watch_listeners();
    return accepted;
}

/* ---- towards the host ---- */

static void read_some(struct stream *s) {
    if (s->kind == CONNECTION && runtime_spoiled()) {
        finish(s, FLAG_ABORT);
        return;
    }
    uint32_t bytes = s->credit;
    uint8_t *room = bytes > 0 ? data_room(&bytes) : NULL;
    if (!room) return;
    ssize_t n = read(s->fd, room, bytes);
    if (n > 0) {
        data_sent(id_of(s), n);
        s->credit -= n;
    } else if (n == 0 && is_socket(s)) {
        frame(EOF_, 0, id_of(s), 0);
        s->eof_sent = true;
    } else if (n == 0) {
        finish(s, 0);
    } else if (errno != EAGAIN && errno != EINTR) {
        finish(s, FLAG_ABORT);
    }
}

void streams_take_output(void) {
    for (int id = 1; id <= MAX_STREAMS; id++) {
        struct stream *s = &streams[id];
        if (s->kind == 0 || is_socket(s) || s->fd < 0) continue;
        read_some(s); /* a pipe holds no more than one frame does */
        settle(s);
    }
}

/* ---- towards the process ---- */

/* Writes as much as the process takes; -1 if it is gone. */
static ssize_t write_some(struct stream *s, const uint8_t *p, uint32_t bytes) {
    ssize_t n = write(s->out, p, bytes);
    if (n < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    s->written += n;
    return n;
}

static void grant(struct stream *s) {
    if (s->written < WINDOW_BYTES / 2 || s->eof_got || !connected) return;
    put32(frame(WINDOW, 0, id_of(s), 4), s->written);
    s->granted += s->written;
    s->written = 0;
}

static void write_ring(struct stream *s) {
    uint8_t *ring = rings[id_of(s)];
    while (s->bytes > 0) {
        uint32_t piece = WINDOW_BYTES - s->head < s->bytes ? WINDOW_BYTES - s->head : s->bytes;
        ssize_t n = write_some(s, ring + s->head, piece);
        if (n < 0) {
            finish(s, FLAG_ABORT);
            return;
        }
        s->head = (s->head + n) % WINDOW_BYTES;
        s->bytes -= n;
        if (n < piece) break;
    }
    grant(s);
}

static void received(struct stream *s, const uint8_t *p, uint32_t length) {
    if (length == 0) die("DATA without data");
    if (s->eof_got) die("DATA after EOF");
    if (length > s->granted) die("DATA beyond the credit of its stream");
    s->granted -= length;
    if (s->fd < 0) return; /* closed here while it was on its way */
    ssize_t n = s->bytes == 0 ? write_some(s, p, length) : 0;
    if (n < 0) {
        finish(s, FLAG_ABORT);
        return;
    }
    uint8_t *ring = rings[id_of(s)];
    for (p += n, length -= n; length > 0;) {
        uint32_t tail = (s->head + s->bytes) % WINDOW_BYTES;
        uint32_t piece = WINDOW_BYTES - tail < length ? WINDOW_BYTES - tail : length;
        memcpy(ring + tail, p, piece);
        s->bytes += piece;
        p += piece;
        length -= piece;
    }
    grant(s);
}

/* ---- events ---- */

void stream_frame(int type, int flags, int id, const uint8_t *p, uint32_t length) {
    struct stream *s = &streams[id];
    if (s->kind == 0) die("a frame on a stream that is not open");
    if (s->close_got) die("a frame after CLOSE");
    if (length != (type == WINDOW ? 4 : type == DATA ? length : 0)) die("a frame of a wrong size");
    if (type == DATA) {
        received(s, p, length);
    } else if (type == WINDOW) {
        uint32_t credit = get32(p);
        if (credit == 0 || credit > host_window - s->credit) die("WINDOW beyond the window");
        s->credit += credit;
    } else if (type == EOF_) {
        if (s->eof_got || !is_socket(s)) die("an EOF too many");
        s->eof_got = true;
    } else {
        s->close_got = s->eof_got = true;
        if (s->fd >= 0 && flags == FLAG_ABORT) finish(s, FLAG_ABORT);
    }
    settle(s);
}

void stream_event(int id, uint32_t events) {
    struct stream *s = &streams[id];
    if (s->kind == 0 || s->fd < 0) return; /* closed earlier in this turn */
    if (s->bytes > 0 && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) write_ring(s);
    if (s->fd >= 0 && s->events & EPOLLIN && events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read_some(s);
    settle(s);
}

void streams_connected(uint32_t window) {
    host_window = window;
    for (int id = 1; id <= MAX_STREAMS; id++) {
        struct stream *s = &streams[id];
        if (s->kind == 0) continue;
        if (s->fd >= 0 && !s->eof_sent && !s->eof_got && s->bytes == 0) {
            announce(s, FLAG_CARRIED);
        } else {
            if (s->fd >= 0) close_fd(s, true);
            s->kind = 0;
        }
    }
    watch_listeners();
}

void streams_disconnected(void) {
    for (int id = 1; id <= MAX_STREAMS; id++)
        if (streams[id].kind != 0) watch_stream(&streams[id]);
    watch_listeners();
}

bool streams_drained(void) {
    for (int id = 1; id <= MAX_STREAMS; id++) {
        struct stream *s = &streams[id];
        int waiting = 0;
        if (s->kind != 0 && s->fd >= 0 && !s->eof_sent && s->credit > 0
            && ioctl(s->fd, FIONREAD, &waiting) == 0 && waiting > 0)
            return false;
    }
    return true;
}

bool streams_ended(void) {
    for (int id = 1; id <= MAX_STREAMS; id++) {
        struct stream *s = &streams[id];
        if (s->kind == 0 || s->fd < 0 || s->eof_sent) continue;
        if (!is_socket(s) || s->credit > 0) return false; /* its end is still to come */
    }
    return true;
}

void streams_end(void) {
    for (int id = 1; id <= MAX_STREAMS; id++) {
        struct stream *s = &streams[id];
        if (s->kind == 0 || s->fd < 0) continue;
        finish(s, s->eof_sent ? 0 : FLAG_ABORT);
        settle(s);
    }
}
