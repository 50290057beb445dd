/* A Lambda runtime in C: one keep-alive connection to the Runtime API, no library. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mandelbrot.h"

enum { HEAD_BYTES = 16 * 1024, EVENT_BYTES = 6 * 1024 * 1024 };

static char head[HEAD_BYTES + 1];
static char event[EVENT_BYTES + 1];
static char answer[MAX_ANSWER];

static void die(const char *what) {
  fprintf(stderr, errno ? "%s: %s\n" : "%s\n", what, strerror(errno));
  exit(1);
}

/* AWS_LAMBDA_RUNTIME_API is ADDRESS:PORT. */
static int dial(void) {
  const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
  char host[64];
  int port;
  if (!api || sscanf(api, "%63[^:]:%d", host, &port) != 2) die("AWS_LAMBDA_RUNTIME_API");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) die("AWS_LAMBDA_RUNTIME_API");
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* Sends head and body as one write; a partial write goes on where it stopped. */
static void send_request(int fd, const char *start, size_t start_len, const char *body, size_t body_len) {
  struct iovec parts[2] = {{(void *)start, start_len}, {(void *)body, body_len}};
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    ssize_t n = writev(fd, parts, 2);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) die("writev");
    for (int i = 0; i < 2; i++) {
      size_t part = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
      parts[i].iov_base = (char *)parts[i].iov_base + part;
      parts[i].iov_len -= part;
      n -= (ssize_t)part;
    }
  }
}

static size_t receive(int fd, char *into, size_t room) {
  ssize_t n;
  do n = recv(fd, into, room, 0);
  while (n < 0 && errno == EINTR);
  if (n <= 0) die("the runtime API closed the connection");
  return (size_t)n;
}

/* The value of a header in `head`, copied into value; 0 if it is not there. */
static int header(const char *name, char *value, size_t room) {
  size_t name_len = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
    const char *at = line + 2;
    if (strncasecmp(at, name, name_len) != 0 || at[name_len] != ':') continue;
    at += name_len + 1;
    while (*at == ' ') at++;
    size_t length = strcspn(at, "\r\n");
    if (length >= room) return 0;
    memcpy(value, at, length);
    value[length] = 0;
    return 1;
  }
  return 0;
}

/* Reads one response: its head into `head`, its body into `event`. Returns the body's length. */
static size_t read_response(int fd) {
  size_t used = 0;
  char *end;
  do {
    if (used == HEAD_BYTES) die("response head is too long");
    used += receive(fd, head + used, HEAD_BYTES - used);
    head[used] = 0;
  } while (!(end = strstr(head, "\r\n\r\n")));
  size_t body_at = (size_t)(end - head) + 4, have = used - body_at;
  end[2] = 0;
  char length_text[24];
  size_t length = header("Content-Length", length_text, sizeof length_text) ? strtoul(length_text, NULL, 10) : 0;
  if (length > EVENT_BYTES || have > length) die("bad Content-Length");
  memcpy(event, head + body_at, have);
  while (have < length) have += receive(fd, event + have, length - have);
  event[length] = 0;
  return length;
}

/* The number after "key": in the event, or fallback; enough JSON for this function. */
static int number(const char *key, int fallback) {
  char quoted[32];
  snprintf(quoted, sizeof quoted, "\"%s\"", key);
  const char *at = strstr(event, quoted);
  int value;
  return at && sscanf(at + strlen(quoted), " : %d", &value) == 1 ? value : fallback;
}

static int in_range(int value, int max) { return value >= 1 && value <= max; }

/* The handler: an answer or an error document into `answer`. Returns its length. */
static size_t handle(int *failed) {
  struct picture p = {number("width", 72), number("height", 24), number("iterations", 200)};
  *failed = !in_range(p.width, MAX_SIDE) || !in_range(p.height, MAX_SIDE) || !in_range(p.iterations, MAX_ITERATIONS);
  if (*failed)
    return (size_t)sprintf(answer,
                           "{\"errorType\":\"Picture.OutOfRange\",\"errorMessage\":\"width and height must be 1 to %d, "
                           "iterations 1 to %d\"}",
                           MAX_SIDE, MAX_ITERATIONS);
  fprintf(stderr, "rendering %d x %d, %d iterations\n", p.width, p.height, p.iterations);
  return mandelbrot_json(&p, answer);
}

int main(void) {
  static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
  int fd = dial();
  for (;;) {
    send_request(fd, next, sizeof next - 1, "", 0);
    read_response(fd);
    char id[64], request[512];
    if (!header("Lambda-Runtime-Aws-Request-Id", id, sizeof id)) die("an invocation without an id");
    int failed;
    size_t length = handle(&failed);
    int head_len = snprintf(request, sizeof request,
                            "POST /2018-06-01/runtime/invocation/%s/%s HTTP/1.1\r\nHost: runtime\r\n"
                            "Content-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n",
                            id, failed ? "error" : "response",
                            failed ? "Lambda-Runtime-Function-Error-Type: Picture.OutOfRange\r\n" : "", length);
    send_request(fd, request, (size_t)head_len, answer, length);
    read_response(fd);
  }
}
