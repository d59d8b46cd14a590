/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's device as a test sets it up, breaks it and looks into it. */
#ifndef SEAM_SHIM_SHIM_H
#define SEAM_SHIM_SHIM_H

#include "cuda_runtime_api.h"
#include "device.h"

#include <stdatomic.h>
#include <stdint.h>

enum { SHIM_SHARED_LIMIT = 232448 }; /* bytes; an H100's */

/* The device; a test changes it before a session is opened. */
struct shim_device {
  int devices, driver; /* how many cards; the driver's version, 0 for none */
  int multiprocessors, shared_limit;
  size_t available;   /* bytes of free memory */
  bool without_image; /* the build holds no code for this card */
  const char *fail;   /* the function that fails, or NULL ... */
  int fail_at;        /* ... at this call of it, 1 for the first */
  int calls;          /* of `fail` so far */
  int live;           /* allocations and streams not yet freed */
  uint64_t launches;  /* until now */
  uint64_t cancel_at; /* the launch after which *cancel is set, 0 for none */
  atomic_bool *cancel;
  size_t shared_largest; /* bytes of any launch until now */
};
extern struct shim_device shim;

/* A device that works. */
void shim_reset(void);

/* The block's shared memory, as lane_shared has it, with a guard past what a launch asked for. */
extern uint32_t shared_memory[];

#endif
