/* SPDX-License-Identifier: Apache-2.0 */
/* How much stack the library needs: it checks the caller's, and sets that of the threads it starts. */
#ifndef SEAM_STACK_H
#define SEAM_STACK_H

#include <pthread.h>

#include "base/error.h"

/* SEAM_ERROR_USAGE if the calling thread has less than the library needs. seam.h says how much that is. */
seam_status stack_check(seam_error *error);

/* As pthread_create, with a stack that does not depend on the limits of the process. */
int stack_start_thread(pthread_t *thread, void *(*run)(void *), void *argument);

#endif
