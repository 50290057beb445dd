/* A TCP server: says "hello" to whoever connects. usage: greeter PORT; prints a line when it listens. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0) return 1;
  puts("listening");
  fflush(stdout);
  for (;;) {
    int one = accept(listener, NULL, NULL);
    if (one < 0 || write(one, "hello\n", 6) != 6) return 1;
    close(one);
  }
}
