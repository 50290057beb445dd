/*
 * Prints the frequency of this host's time stamp counter in kHz, measured over 100 ms against
 * CLOCK_MONOTONIC_RAW. An emulated guest reads the host's counter and cannot calibrate it itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct moment {
  uint64_t ticks;
  int64_t nanos;
};

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The tightest of several readings: one that was not interrupted between clock and counter. */
static struct moment read_both(void) {
  struct moment best = {0, 0};
  int64_t narrowest = INT64_MAX;
  for (int i = 0; i < 64; i++) {
    int64_t before = now();
    uint64_t ticks = __rdtsc();
    int64_t after = now();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = (struct moment){ticks, before + (after - before) / 2};
    }
  }
  return best;
}

int main(void) {
  struct moment from = read_both();
  struct timespec pause = {0, 100000000};
  nanosleep(&pause, NULL);
  struct moment to = read_both();
  printf("%llu\n", (unsigned long long)((__uint128_t)(to.ticks - from.ticks) * 1000000 /
                                        (uint64_t)(to.nanos - from.nanos)));
  return 0;
}
