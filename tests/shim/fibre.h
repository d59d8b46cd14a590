/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of one block are fibres that run in turn up to a barrier or their end. */
#ifndef SEAM_SHIM_FIBRE_H
#define SEAM_SHIM_FIBRE_H

#include <stdbool.h>

enum { FIBRES = 1024, FIBRES_OF_WARP = 32 };

/* Runs body(thread) for the threads 0 ... count - 1. False if some wait for others that never come. */
bool fibre_block(int count, void (*body)(int thread));

/* Called from a body: lets the others run until all of them are here. */
void fibre_wait(void);

/* Called from a body: gives `value` to another thread that does the same, and returns that thread's value. */
long long fibre_exchange(int partner, long long value);

/* Called from a body: waits until all threads of the warp have come, and fills in the values that they gave. */
void fibre_share(long long value, long long values[FIBRES_OF_WARP]);

#endif
