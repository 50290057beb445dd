/* A runtime interface client without any library, for small programs that are an image's entry point. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char reply[1 << 16];

static void transmit(int fd, const char *text) {
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = write(fd, text, left);
        if (n <= 0) exit(1);
        text += n;
        left -= n;
    }
}

/* Reads one reply; answers where its body begins. */
static const char *receive(int fd) {
    size_t used = 0, wanted = sizeof reply;
    char *body = NULL;
    while (used < wanted) {
        ssize_t n = read(fd, reply + used, sizeof reply - 1 - used);
        if (n <= 0) exit(1);
        used += n;
        reply[used] = 0;
        if (!body && (body = strstr(reply, "\r\n\r\n"))) {
            const char *length = strcasestr(reply, "\r\nContent-Length:");
            wanted = (body += 4) - reply + (length ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    return body;
}

/* Answers one invocation after the other: `answer` writes what a program says to an event. */
static int serve(void (*answer)(const char *event, char *text, size_t size)) {
    char host[64], request[512], id[128];
    int port;
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!api || sscanf(api, "%63[^:]:%d", host, &port) != 2) return 2;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) return 3;
    for (;;) {
        transmit(fd, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n");
        char text[128];
        answer(receive(fd), text, sizeof text);
        const char *found = strcasestr(reply, "\r\nLambda-Runtime-Aws-Request-Id:");
        if (!found || sscanf(found + 32, " %127[^\r]", id) != 1) return 4;
        snprintf(request, sizeof request,
                 "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %zu\r\n\r\n%s",
                 id, strlen(text), text);
        transmit(fd, request);
        receive(fd);
    }
}
