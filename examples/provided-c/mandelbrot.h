#ifndef MANDELBROT_H
#define MANDELBROT_H

#include <stddef.h>

struct picture {
  int width;      /* characters, 1 to MAX_SIDE */
  int height;     /* lines, 1 to MAX_SIDE */
  int iterations; /* per point, 1 to MAX_ITERATIONS */
};

enum { MAX_SIDE = 400, MAX_ITERATIONS = 10000 };

/* Largest answer in bytes for any picture: per line its characters, quotes and a comma. */
enum { MAX_ANSWER = MAX_SIDE * (MAX_SIDE + 3) + 128 };

/* Writes the picture as JSON into out (MAX_ANSWER bytes); returns its length. */
size_t mandelbrot_json(const struct picture *picture, char *out);

#endif
