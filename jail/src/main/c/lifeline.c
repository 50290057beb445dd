/*
 * PID 1 of a jail: starts one program and lives exactly as long as both that program and whoever
 * holds the other end of its standard input. When it exits the kernel kills all that is left in
 * its pid namespace, so a Thaw that is gone, however it went, takes its VMs with it.
 *
 * usage: lifeline PROGRAM [ARGUMENT...]
 * exit status: the program's; 128 + N if signal N ended it; 0 if standard input closed first;
 * 125 if lifeline itself failed, 127 if the program could not be executed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void wake(int signal_number) { (void)signal_number; }

static void run(char **argv, const sigset_t *mask) {
  /* The program must not hold or eat the lifeline. */
  int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || sigprocmask(SIG_SETMASK, mask, NULL) < 0)
    _exit(125);
  execv(argv[0], argv);
  dprintf(STDERR_FILENO, "lifeline: cannot execute %s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

int main(int argc, char **argv) {
  sigset_t child_ended, before;
  struct sigaction action = {.sa_handler = wake};
  if (argc < 2) return 125;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  /* Blocked except inside ppoll, so that no death falls between looking and sleeping. */
  if (sigprocmask(SIG_BLOCK, &child_ended, &before) < 0 || sigaction(SIGCHLD, &action, NULL) < 0)
    return 125;
  pid_t program = fork();
  if (program < 0) return 125;
  if (program == 0) run(argv + 1, &before);
  for (;;) {
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
      if (ended == program)
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    /* No events asked for: only the hang-up, which is always reported, ends the wait. */
    struct pollfd line = {.fd = STDIN_FILENO, .events = 0};
    if (ppoll(&line, 1, NULL, &before) > 0) return 0;
  }
}
