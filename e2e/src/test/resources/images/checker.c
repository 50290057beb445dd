/* A runtime interface client without any library. It answers the event "check N" with the count, the bytes and the digest
   of all files below /data/N, every byte of which it has read, and any other event with an empty object. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char reply[1 << 16];
static char content[1 << 20];
static uint64_t files, bytes, digest;

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

/* The same as LargeImage.hashed: words of eight bytes, the last one filled up with zeros. */
static uint64_t hashed(uint64_t hash, const char *data, size_t count) {
    for (size_t at = 0; at < count; at += 8) {
        uint64_t word = 0;
        memcpy(&word, data + at, count - at < 8 ? count - at : 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static int add(const char *path, const struct stat *status, int type, struct FTW *place) {
    if (type != FTW_F) return 0;
    int fd = open(path, O_RDONLY);
    uint64_t hash = hashed(0, path, strlen(path)), size = 0;
    size_t filled;
    do {
        filled = 0;
        for (ssize_t n = 1; filled < sizeof content && n > 0; filled += n) {
            n = read(fd, content + filled, sizeof content - filled);
            if (n < 0) return 1;
        }
        hash = hashed(hash, content, filled);
        size += filled;
    } while (filled == sizeof content);
    close(fd);
    files++;
    bytes += size;
    digest += hash ^ size;
    return 0;
}

int main(void) {
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
        int part, check = sscanf(receive(fd), "\"check %d\"", &part) == 1;
        const char *found = strcasestr(reply, "\r\nLambda-Runtime-Aws-Request-Id:");
        if (!found || sscanf(found + 32, " %127[^\r]", id) != 1) return 4;
        char answer[128] = "{}";
        if (check) {
            files = bytes = digest = 0;
            char directory[32];
            snprintf(directory, sizeof directory, "/data/%d", part);
            int failed = nftw(directory, add, 16, FTW_PHYS);
            snprintf(answer, sizeof answer, "{\"failed\":%d,\"files\":%llu,\"bytes\":%llu,\"digest\":\"%016llx\"}", failed,
                     (unsigned long long)files, (unsigned long long)bytes, (unsigned long long)digest);
        }
        snprintf(request, sizeof request,
                 "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %zu\r\n\r\n%s",
                 id, strlen(answer), answer);
        transmit(fd, request);
        receive(fd);
    }
}
