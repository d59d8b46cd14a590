/* SPDX-License-Identifier: Apache-2.0 */
/* Fibres on ucontext, with AddressSanitizer told of every change of stack. */
#include "fibre.h"

#include <stdio.h>
#include <stdlib.h>
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

enum fibre_state { READY, WAITING, FINISHED };

static struct fibre {
  ucontext_t context;
  char *stack;
  enum fibre_state state;
} fibres[FIBRES];

static struct {
  ucontext_t context;
  const void *bottom; /* of its stack */
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

void fibre_wait(void) {
  struct fibre *self = &fibres[scheduler.current];
  void *kept = NULL;
  self->state = WAITING;
  leave_stack(&kept, scheduler.bottom, scheduler.size);
  swapcontext(&self->context, &scheduler.context);
  arrive_stack(kept, &scheduler.bottom, &scheduler.size);
}

static void resume(int thread) {
  void *kept = NULL;
  scheduler.current = thread;
  fibres[thread].state = READY;
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

/* Each round takes every fibre to its next barrier or its end, by turns in ascending and descending order, so that no
 * order of threads is relied upon. */
bool fibre_block(int count, void (*body)(int thread)) {
  scheduler.body = body;
  for (int t = 0; t < count; t++) prepare(t);
  for (int round = 0;; round++) {
    int waiting = 0;
    for (int k = 0; k < count; k++) {
      int t = round % 2 ? count - 1 - k : k;
      resume(t);
      waiting += fibres[t].state == WAITING;
    }
    if (waiting == 0) return true;
    if (waiting == count) continue;
    fprintf(stderr, "shim: a barrier was reached by %d of %d threads\n", waiting, count);
    return false;
  }
}
