/* SPDX-License-Identifier: Apache-2.0 */
/* How much stack the library needs. tests/unit/test_stack.c runs everything with that much. */
#define _GNU_SOURCE /* pthread_getattr_np */
#include "base/stack.h"

#include <stddef.h>

/* Less than LEAST is refused. Callers are told of more, because a call may make another one, which looks again. */
enum { LEAST = 128 << 10, TOLD = 192 << 10, OF_THREADS = 2 << 20 };

/* The bytes between this frame and the end of the calling thread's stack. 0 if they are not known. */
static size_t left(void) {
  pthread_attr_t attributes;
  void *end;
  size_t size;
  const char here = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  int found = pthread_attr_getstack(&attributes, &end, &size);
  pthread_attr_destroy(&attributes);
  return found == 0 && &here > (const char *)end ? (size_t)(&here - (const char *)end) : 0;
}

seam_status stack_check(seam_error *error) {
  size_t bytes = left();
  if (bytes == 0 || bytes >= LEAST) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_USAGE,
      "the stack of this thread has %zu KiB left, and seam needs %d: start the thread with a larger stack, or the "
      "program after `ulimit -s 8192`",
      bytes >> 10, TOLD >> 10);
}

int stack_start_thread(pthread_t *thread, void *(*run)(void *), void *argument) {
  pthread_attr_t attributes;
  int failed = pthread_attr_init(&attributes);
  if (failed) return failed;
  pthread_attr_setstacksize(&attributes, OF_THREADS);
  failed = pthread_create(thread, &attributes, run, argument);
  pthread_attr_destroy(&attributes);
  return failed;
}
