/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's devices: how a test sets them up, breaks them and inspects them. */
#ifndef SEAM_SHIM_SHIM_H
#define SEAM_SHIM_SHIM_H

#include "cuda_runtime_api.h"
#include "device.h"

#include <stdatomic.h>
#include <stdint.h>

struct cuda_argument;

enum { SHIM_SHARED_LIMIT = 232448 }; /* bytes; an H100's */
enum { SHIM_DEVICES = 80 };

/* The devices; a test changes this before a session is opened. */
struct shim_device {
  int devices, driver; /* how many cards; the driver's version, 0 for none */
  int multiprocessors, shared_limit;
  int multiprocessors_of[SHIM_DEVICES]; /* of one card, if not 0 */
  const char *name_of[SHIM_DEVICES];    /* likewise */
  size_t available;                     /* bytes of free memory */
  bool without_image;                   /* the build holds no code for this card */
  double (*milliseconds)(const void *kernel, unsigned threads, const struct cuda_argument *argument); /* of a launch;
                                                                                                         NULL: none */
  const char *fail;   /* the function that fails, or NULL ... */
  int fail_at;        /* ... at this call of it, 1 for the first */
  int calls;          /* of `fail` so far */
  int broken;         /* the card that fails ... */
  uint64_t broken_at; /* ... at this launch of its own and all after it, 0 for never */
  int held;           /* the card whose launches wait until the other is broken, which waits for it ... */
  uint64_t held_at;   /* ... from this launch of its own on, 0 for never */
  int live;           /* allocations, streams and events not yet freed */
  uint64_t launches;  /* until now */
  uint64_t launches_of[SHIM_DEVICES];
  bool touched[SHIM_DEVICES]; /* cards that were made some thread's current one */
  uint64_t cancel_at;         /* the launch after which *cancel is set, 0 for none */
  atomic_bool *cancel;
  size_t shared_largest; /* bytes of any launch until now */
  unsigned most_blocks;  /* of any launch with shared memory until now */
};
extern struct shim_device shim;

/* Sets up one working device. */
void shim_reset(void);

/* The block's shared memory, for lane_shared, with a guard after the bytes that a launch asked for. */
extern uint32_t shared_memory[];

#endif
