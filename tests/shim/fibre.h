/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of one block as fibres that run in turn up to a barrier or their end. */
#ifndef SEAM_SHIM_FIBRE_H
#define SEAM_SHIM_FIBRE_H

#include <stdbool.h>

enum { FIBRES = 1024 };

/* Runs body(thread) for threads 0 ... count - 1; false where some wait for others that never come. */
bool fibre_block(int count, void (*body)(int thread));

/* Called from a body: lets the others run until all of them are here. */
void fibre_wait(void);

/* Called from a body: gives `value` to another thread that gives its own in turn, and returns that. */
int fibre_exchange(int partner, int value);

#endif
