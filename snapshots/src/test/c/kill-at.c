/*
 * Kills its process, as kill -9 does, at the n-th call that changes what is below a directory: preloaded
 * (LD_PRELOAD) into a JVM. A write that is to be the last is done by half.
 *
 *   KILL_BELOW  the directory
 *   KILL_AT     n, from 1; without it nothing happens
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int is_last(const char *path) {
  const char *below = getenv("KILL_BELOW");
  const char *at = getenv("KILL_AT");
  if (!below || !at || !path || strncmp(path, below, strlen(below)) != 0)
    return 0;
  return atomic_fetch_add(&calls, 1) + 1 == atol(at);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

static int is_last_of(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0)
    return 0;
  path[length] = 0;
  return is_last(path);
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define ON_PATH(name, parameters, arguments, path) \
  int name parameters { \
    if (is_last(path)) \
      die(); \
    return REAL(name) arguments; \
  }
#define ON_FD(name) \
  int name(int fd) { \
    if (is_last_of(fd)) \
      die(); \
    return REAL(name)(fd); \
  }

ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(rename, (const char *from, const char *to), (from, to), from)
ON_PATH(unlink, (const char *path), (path), path)
ON_PATH(rmdir, (const char *path), (path), path)
ON_FD(fsync)
ON_FD(fdatasync)

ssize_t write(int fd, const void *bytes, size_t count) {
  if (is_last_of(fd)) {
    REAL(write)(fd, bytes, count / 2);
    die();
  }
  return REAL(write)(fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  if (is_last_of(fd)) {
    REAL(pwrite64)(fd, bytes, count / 2, offset);
    die();
  }
  return REAL(pwrite64)(fd, bytes, count, offset);
}
