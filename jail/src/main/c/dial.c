/*
 * Connects to a Unix stream socket, keeps it as file descriptor 3 and becomes another program,
 * which so inherits a connection that its starter has accepted and can end at any time.
 *
 * usage: dial SOCKET PROGRAM [ARGUMENT...]
 * exit status: the program's, or 125 if it could not be connected or executed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { INHERITED = 3 };

static int fail(const char *what) {
  dprintf(STDERR_FILENO, "dial: %s: %s\n", what, strerror(errno));
  return 125;
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path) {
    errno = EINVAL;
    return fail("usage: dial SOCKET PROGRAM [ARGUMENT...]");
  }
  strcpy(address.sun_path, argv[1]);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
    return fail(argv[1]);
  if (fd != INHERITED && (dup2(fd, INHERITED) < 0 || close(fd) < 0)) return fail("dup2");
  execv(argv[2], argv + 2);
  return fail(argv[2]);
}
