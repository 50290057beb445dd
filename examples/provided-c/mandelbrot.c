#include "mandelbrot.h"

#include <stdio.h>
#include <string.h>

static int escape_time(double re, double im, int limit) {
  double x = 0, y = 0;
  int n = 0;
  while (n < limit && x * x + y * y <= 4) {
    double next = x * x - y * y + re;
    y = 2 * x * y + im;
    x = next;
    n++;
  }
  return n;
}

size_t mandelbrot_json(const struct picture *p, char *out) {
  static const char shades[] = " .:-=+*%@";
  long inside = 0;
  char *at = out + sprintf(out, "{\"picture\":[");
  for (int row = 0; row < p->height; row++) {
    if (row > 0) *at++ = ',';
    *at++ = '"';
    for (int column = 0; column < p->width; column++) {
      double re = -2.2 + 3.2 * (column + 0.5) / p->width;
      double im = -1.2 + 2.4 * (row + 0.5) / p->height;
      int n = escape_time(re, im, p->iterations);
      if (n == p->iterations) {
        inside++;
        *at++ = '#';
      } else {
        *at++ = shades[n % (int)strlen(shades)];
      }
    }
    *at++ = '"';
  }
  at += sprintf(at, "],\"inside\":%ld,\"points\":%ld}", inside, (long)p->width * p->height);
  return (size_t)(at - out);
}
