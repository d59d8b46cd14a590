/* SPDX-License-Identifier: Apache-2.0 */
/* A library that failing_malloc.py preloads into seam to make chosen allocations fail, also those of other libraries.
 * SEAM_MALLOC is a number N: the Nth allocation from the start of main on fails; with N+, all later ones, too. The file
 * SEAM_MALLOC_REPORT gets the number of allocations at the end of main. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* glibc's own functions, which need no dlsym: it allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong made;
static unsigned long chosen; /* which fails; 0 chooses none */
static bool later;
static atomic_bool inside; /* in main: the dynamic linker does not survive */

static bool fails(void) {
  if (!atomic_load(&inside)) return false;
  unsigned long nth = atomic_fetch_add(&made, 1) + 1;
  if (chosen == 0 || nth < chosen || (nth > chosen && !later)) return false;
  errno = ENOMEM;
  return true;
}

EXPORTED void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }

EXPORTED void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }

EXPORTED void *realloc(void *block, size_t size) { return fails() ? NULL : __libc_realloc(block, size); }

EXPORTED void *aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORTED void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

EXPORTED int posix_memalign(void **block, size_t alignment, size_t size) {
  void *found = aligned_alloc(alignment, size);
  if (found) *block = found;
  return found ? 0 : ENOMEM;
}

/* ---- From main to its end ---- */

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static main_function *wrapped;

static void report(void) {
  const char *name = getenv("SEAM_MALLOC_REPORT");
  char line[32];
  atomic_store(&inside, false);
  int length = snprintf(line, sizeof line, "%lu\n", atomic_load(&made));
  int file = name ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
  if (file >= 0 && write(file, line, (size_t)length) != length) abort();
}

static int counted_main(int count, char **words, char **environment) {
  char *end = NULL, *text = getenv("SEAM_MALLOC");
  chosen = text ? strtoul(text, &end, 10) : 0;
  later = end && *end == '+';
  if (atexit(report) != 0) abort();
  atomic_store(&inside, true);
  return wrapped(count, words, environment);
}

EXPORTED int __libc_start_main(main_function *program, int count, char **words, void (*init)(void), void (*fini)(void),
                               void (*loader)(void), void *stack) {
  start_function *start;
  *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
  wrapped = program;
  return start(counted_main, count, words, init, fini, loader, stack);
}
