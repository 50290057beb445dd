/* Stands in for the agent: loads the modules, mounts the root image, says so and powers off. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  dprintf(1, "GUEST %s %ld.%03ld\n", what, (long)now.tv_sec, now.tv_nsec / 1000000);
}

int main(void) {
  char name[64], path[96];
  FILE *order = fopen("/modules/order", "r");
  say("init");
  while (order && fscanf(order, "%63s", name) == 1) {
    snprintf(path, sizeof path, "%s", name);
    int file = open(path, O_RDONLY);
    if (syscall(SYS_finit_module, file, "", 0) != 0) dprintf(1, "GUEST cannot load %s\n", name);
    close(file);
    say(name);
  }
  mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
  mkdir("/r", 0755);
  mkdir("/l", 0755);
  mkdir("/o", 0755);
  say(mount("/dev/vda", "/r", "erofs", MS_RDONLY, 0) ? "no-root" : "root");
  say(mount("/dev/vdb", "/l", "erofs", MS_RDONLY, 0) ? "no-runtime" : "runtime");
  say(mount("o", "/o", "overlay", MS_RDONLY, "lowerdir=/l:/r") ? "no-overlay" : "overlay");
  if (fork() == 0) {
    chroot("/o");
    chdir("/");
    execl("/bin/sh", "sh", "-c",
          "echo GUEST shell; curl --version | head -1; [ -x /var/lang/bin/python3.13 ] && "
          "/var/lang/bin/python3.13 -c 'import ssl, sqlite3, json, ctypes, bz2, lzma; print(\"GUEST python\", ssl.OPENSSL_VERSION)'",
          (char *)0);
    _exit(1);
  }
  int status;
  extern int wait(int *);
  wait(&status);
  say("done");
  reboot(RB_AUTOBOOT);
  return 0;
}
