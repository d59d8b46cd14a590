/* SPDX-License-Identifier: Apache-2.0 */
/* Fibres on ucontext. AddressSanitizer is told about every change of stack. */
#include "fibre.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN
#endif

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#define leave_stack  __sanitizer_start_switch_fiber
#define arrive_stack __sanitizer_finish_switch_fiber
#else
static void leave_stack(void **kept, const void *bottom, size_t size) { (void)kept, (void)bottom, (void)size; }
static void arrive_stack(void *kept, const void **bottom, size_t *size) { (void)kept, (void)bottom, (void)size; }
#endif

enum { STACK_BYTES = 128 << 10 };

enum fibre_state { READY, WAITING, EXCHANGING, SHARING, FINISHED };

static struct fibre {
  ucontext_t context;
  char *stack;
  enum fibre_state state;
  int partner;                      /* exchanging: the other fibre */
  long long value;                  /* exchanging: the given value, then the received one; sharing: the given value */
  long long shared[FIBRES_OF_WARP]; /* the values that all threads of the warp gave */
} fibres[FIBRES];

static struct {
  ucontext_t context;
  const void *bottom; /* of the scheduler's stack */
  size_t size;
  int current;
  void (*body)(int thread);
} scheduler;

static void fibre_main(void) {
  arrive_stack(NULL, &scheduler.bottom, &scheduler.size);
  scheduler.body(scheduler.current);
  fibres[scheduler.current].state = FINISHED;
  leave_stack(NULL, scheduler.bottom, scheduler.size); /* NULL: this stack is done with */
  setcontext(&scheduler.context);
}

/* Lets other fibres run until this one is ready again. */
static void suspend(enum fibre_state state) {
  struct fibre *self = &fibres[scheduler.current];
  void *kept = NULL;
  self->state = state;
  leave_stack(&kept, scheduler.bottom, scheduler.size);
  swapcontext(&self->context, &scheduler.context);
  arrive_stack(kept, &scheduler.bottom, &scheduler.size);
}

void fibre_wait(void) { suspend(WAITING); }

/* The first fibre to come waits. The second takes the first one's value, leaves its own, and continues. */
long long fibre_exchange(int partner, long long value) {
  struct fibre *self = &fibres[scheduler.current], *other = &fibres[partner];
  if (other->state == EXCHANGING && other->partner == scheduler.current) {
    long long theirs = other->value;
    other->value = value;
    other->state = READY;
    return theirs;
  }
  self->partner = partner;
  self->value = value;
  suspend(EXCHANGING);
  return self->value;
}

/* The last fibre to come copies all values to all, because fibres may come again before the others have looked. */
void fibre_share(long long value, long long values[FIBRES_OF_WARP]) {
  struct fibre *self = &fibres[scheduler.current];
  struct fibre *warp = &fibres[scheduler.current / FIBRES_OF_WARP * FIBRES_OF_WARP];
  int others = 0;
  self->value = value;
  for (int t = 0; t < FIBRES_OF_WARP; t++) others += warp[t].state == SHARING;
  if (others < FIBRES_OF_WARP - 1)
    suspend(SHARING);
  else
    for (int t = 0; t < FIBRES_OF_WARP; t++) {
      for (int k = 0; k < FIBRES_OF_WARP; k++) warp[t].shared[k] = warp[k].value;
      warp[t].state = READY;
    }
  memcpy(values, self->shared, sizeof self->shared);
}

static void resume(int thread) {
  void *kept = NULL;
  scheduler.current = thread;
  leave_stack(&kept, fibres[thread].stack, STACK_BYTES);
  swapcontext(&scheduler.context, &fibres[thread].context);
  arrive_stack(kept, NULL, NULL);
}

static void prepare(int thread) {
  struct fibre *fibre = &fibres[thread];
  if (!fibre->stack) fibre->stack = malloc(STACK_BYTES);
  if (!fibre->stack) abort();
  getcontext(&fibre->context);
  fibre->context.uc_stack.ss_sp = fibre->stack;
  fibre->context.uc_stack.ss_size = STACK_BYTES;
  fibre->state = READY;
  makecontext(&fibre->context, fibre_main, 0);
}

static int in_state(int count, enum fibre_state state) {
  int found = 0;
  for (int t = 0; t < count; t++) found += fibres[t].state == state;
  return found;
}

/* Runs every fibre to its next barrier or its end, in ascending and descending order by turns, so that no kernel can
 * rely on an order of threads. */
static void run_ready(int count) {
  static bool descending;
  for (; in_state(count, READY); descending = !descending)
    for (int k = 0; k < count; k++) {
      int t = descending ? count - 1 - k : k;
      if (fibres[t].state == READY) resume(t);
    }
}

bool fibre_block(int count, void (*body)(int thread)) {
  scheduler.body = body;
  for (int t = 0; t < count; t++) prepare(t);
  for (;;) {
    run_ready(count);
    int waiting = in_state(count, WAITING), exchanging = in_state(count, EXCHANGING) + in_state(count, SHARING);
    if (waiting == 0 && exchanging == 0) return true;
    if (waiting < count) {
      fprintf(stderr, "shim: a barrier was reached by %d of %d threads, an exchange by %d in vain\n", waiting, count,
              exchanging);
      return false;
    }
    for (int t = 0; t < count; t++) fibres[t].state = READY;
  }
}
