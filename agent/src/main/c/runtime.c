/* The customer's main process: IDLE -> RUNNING (START) -> ENDING (it died) -> IDLE (EXITED sent). */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGUMENTS 256
#define MAX_VARIABLES 1024
#define EVENT_EXITED 1
#define CLOSE_ON_EXEC 4 /* CLOSE_RANGE_CLOEXEC, which not every libc names */

static enum { IDLE, RUNNING, ENDING } state;
static pid_t main_pid;
static int exit_status;
static uint32_t cage_watched; /* what epoll reports of the cage's events */
static bool freeze_wanted;
static uint32_t freeze_request;

static char *arguments[MAX_ARGUMENTS + 1];
static char *variables[MAX_VARIABLES + 1];

/* What a child could not do, for the parent, which reads it from a pipe. */
struct trouble {
    int error;
    char what[60];
};

/* Only while something waits for the cage: a thaw changes it, too, and would wake this agent for nothing. */
static void watch_cage(bool wanted) {
    if (cage_events() >= 0) watch(cage_events(), ON_CAGE, &cage_watched, wanted ? EPOLLPRI | EPOLLET : 0);
}

/* Becomes the runtime; returns only if that fails, with what failed in errno. */
static const char *become(const char *directory, int out, int err) {
    const char *failed = cage_enter();
    if (failed) return failed;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) return "stdio";
    if (syscall(SYS_close_range, 3, ~0U, CLOSE_ON_EXEC) < 0) return "close_range";
    struct rlimit files = {1024, 1024}, core = {0, 0};
    if (setrlimit(RLIMIT_NOFILE, &files) < 0 || setrlimit(RLIMIT_CORE, &core) < 0) return "setrlimit";
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    if (chdir(directory) < 0) return directory;
    environ = variables;
    /* A container image may name a program only; all else is a path, and run as it is. */
    if (strchr(arguments[0], '/')) execve(arguments[0], arguments, variables);
    else execvp(arguments[0], arguments);
    return arguments[0];
}

/* Points `into` to `count` strings from p on; returns what follows, or NULL if they are not there. */
static const uint8_t *strings(const uint8_t *p, const uint8_t *end, char **into, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *stop = memchr(p, 0, end - p);
        if (!stop) return NULL;
        into[i] = (char *)p;
        p = stop + 1;
    }
    return p;
}

/* Forks; 0 if the child has become the runtime. Waits for that: nothing else goes on before START. */
static int spawn(const char *directory, int out, int err) {
    int status[2];
    if (pipe2(status, O_CLOEXEC) < 0) return fail(errno, "pipe");
    main_pid = cage_fork();
    if (main_pid == 0) {
        setsid();
        struct trouble trouble = {0, ""};
        const char *what = become(directory, out, err);
        trouble.error = errno;
        snprintf(trouble.what, sizeof trouble.what, "%s", what);
        _exit(write(status[1], &trouble, sizeof trouble) < 0 ? 126 : 127);
    }
    int error = errno;
    close(status[1]);
    if (main_pid < 0) {
        close(status[0]);
        return fail(error, "fork");
    }
    struct trouble trouble;
    ssize_t n;
    do n = read(status[0], &trouble, sizeof trouble);
    while (n < 0 && errno == EINTR);
    close(status[0]);
    if (n != sizeof trouble) return 0;
    waitpid(main_pid, NULL, 0);
    return fail(trouble.error, trouble.what);
}

int runtime_start(const uint8_t *p, uint32_t length) {
    if (state != IDLE) return fail(EBUSY, "a runtime is there already");
    if (length < 17) return fail(EINVAL, "START");
    const uint8_t *end = p + length;
    uint32_t argc = p[12] | p[13] << 8, envc = p[14] | p[15] << 8;
    if (argc < 1 || argc > MAX_ARGUMENTS || envc > MAX_VARIABLES) return fail(E2BIG, "START");
    char *directory;
    const uint8_t *at = strings(p + 16, end, &directory, 1);
    if (at) at = strings(at, end, arguments, argc);
    if (at) at = strings(at, end, variables, envc);
    if (at != end) return fail(EINVAL, "START");
    arguments[argc] = variables[envc] = NULL;
    if (streams_free() < 2) return fail(EMFILE, "no free streams for stdout and stderr");

    int error = cage_make(get32(p) | (uint64_t)get32(p + 4) << 32, get32(p + 8));
    if (error) return error;
    cage_watched = 0; /* it is a new one */
    uint32_t unwatched = 0;
    if (cage_limit_events() >= 0) watch(cage_limit_events(), ON_LIMIT, &unwatched, EPOLLPRI | EPOLLET);

    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) < 0) return fail(errno, "pipe");
    if (pipe2(err, O_CLOEXEC) < 0) {
        error = fail(errno, "pipe");
        close(out[0]);
        close(out[1]);
        return error;
    }
    error = spawn(directory, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    if (error) {
        close(out[0]);
        close(err[0]);
        return error;
    }
    state = RUNNING;
    fcntl(out[0], F_SETFL, O_NONBLOCK); /* of this end only */
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    stream_open(STDOUT, out[0]);
    stream_open(STDERR, err[0]);
    return 0;
}

int runtime_kill(void) {
    if (state != IDLE) cage_kill();
    return 0;
}

int runtime_freeze(uint32_t request) {
    if (state == IDLE) return 0;
    if (freeze_wanted) return fail(EALREADY, "FREEZE");
    watch_cage(true);
    int error = cage_freeze(true);
    if (error) return error;
    freeze_wanted = true;
    freeze_request = request;
    return -1;
}

int runtime_thaw(void) {
    if (freeze_wanted) {
        freeze_wanted = false;
        reply(freeze_request, fail(ECANCELED, "FREEZE"), NULL, 0);
    }
    return state == IDLE ? 0 : cage_freeze(false);
}

bool runtime_spoiled(void) {
    if (state == IDLE || !cage_spoiled()) return false;
    if (state == RUNNING) cage_kill();
    return true;
}

int runtime_limit(uint64_t memory_max, uint32_t pids_max) {
    return state == RUNNING ? cage_limit(memory_max, pids_max) : fail(ESRCH, "there is no runtime");
}

void runtime_disconnected(void) { freeze_wanted = false; }

void runtime_reap(void) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != main_pid || state != RUNNING) continue;
        exit_status = status;
        state = ENDING;
        watch_cage(true);
        cage_kill();
    }
}

static void exited(void) {
    streams_end();
    uint8_t *p = frame(EVENT, 0, 0, 16);
    put32(p, EVENT_EXITED);
    put32(p + 4, WIFEXITED(exit_status) ? (uint32_t)WEXITSTATUS(exit_status) : UINT32_MAX);
    put32(p + 8, WIFSIGNALED(exit_status) ? WTERMSIG(exit_status) : 0);
    put32(p + 12, cage_out_of_memory());
    state = IDLE;
}

void runtime_progress(void) {
    if (state == IDLE || !connected) return;
    if (state == ENDING && cage_empty() && !streams_accept() && streams_ended()) exited();
    if (freeze_wanted && (state != RUNNING || (cage_frozen() && streams_drained()))) {
        freeze_wanted = false;
        if (state == RUNNING) watch_cage(false);
        reply(freeze_request, 0, NULL, 0);
    }
}
