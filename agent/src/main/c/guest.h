/* What guest.c and cage.c share. */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>

#define ROOT "/customer" /* where the customer's root is mounted */

bool guest_has_root(void);

#endif
