/* Answers the event "check N" with the count, the bytes and the digest of all files below /data/N, every byte of which it
   has read, and any other event with an empty object. */
#include "runtime.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>

static char content[1 << 20];
static uint64_t files, bytes, digest;

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

static void answer(const char *event, char *text, size_t size) {
    int part;
    if (sscanf(event, "\"check %d\"", &part) != 1) {
        snprintf(text, size, "{}");
        return;
    }
    files = bytes = digest = 0;
    char directory[32];
    snprintf(directory, sizeof directory, "/data/%d", part);
    int failed = nftw(directory, add, 16, FTW_PHYS);
    snprintf(text, size, "{\"failed\":%d,\"files\":%llu,\"bytes\":%llu,\"digest\":\"%016llx\"}", failed,
             (unsigned long long)files, (unsigned long long)bytes, (unsigned long long)digest);
}

int main(void) { return serve(answer); }
