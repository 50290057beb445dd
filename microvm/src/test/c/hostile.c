/* Stands in for the agent of a guest that was taken over: writes garbage to the host for ever. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  char module[128], garbage[4096];
  FILE *order = fopen("/modules/order", "r");
  while (order && fgets(module, sizeof module, order)) {
    module[strcspn(module, "\n")] = 0;
    int fd = open(module, O_RDONLY);
    syscall(SYS_finit_module, fd, "", 0);
    close(fd);
  }
  mkdir("/dev", 0755);
  mount("dev", "/dev", "devtmpfs", 0, NULL);
  memset(garbage, 0xee, sizeof garbage);
  for (int fd = -1;;) {
    for (int n = 0; fd < 0 && n < 16; n++) {
      char path[32];
      snprintf(path, sizeof path, "/dev/vport%dp1", n);
      fd = open(path, O_RDWR);
    }
    if (fd < 0 || write(fd, garbage, sizeof garbage) < 0) usleep(10000);
  }
}
