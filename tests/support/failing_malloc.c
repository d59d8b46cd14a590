/* SPDX-License-Identifier: Apache-2.0 */
/* A library that failing_malloc.py preloads into seam to make chosen allocations fail, also those of other libraries.
 * SEAM_MALLOC is a number N: the Nth allocation from the start of main on fails; with N+, all later ones, too. The file
 * SEAM_MALLOC_REPORT gets the number of allocations at the end of main, or, after a crash, the name of the library that
 * crashed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
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
static _Thread_local int spared;

static bool fails(void) {
  if (!atomic_load(&inside) || spared > 0) return false;
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

/* ---- Fontconfig ---- */

/* These calls of fontconfig 2.14 crash, or wait for themselves, when memory is out in them. Cairo makes them to find a
 * font, and cannot do without. */
#define SPARE(result, name, parameters, ...)                                                                           \
  EXPORTED result name parameters {                                                                                    \
    result(*call) parameters;                                                                                          \
    *(void **)&call = dlsym(RTLD_NEXT, #name);                                                                         \
    spared++;                                                                                                          \
    result found = call(__VA_ARGS__);                                                                                  \
    spared--;                                                                                                          \
    return found;                                                                                                      \
  }

SPARE(int, FcConfigSubstitute, (void *config, void *pattern, int kind), config, pattern, kind)
SPARE(void *, FcFontMatch, (void *config, void *pattern, int *result), config, pattern, result)
SPARE(void *, FcFontRenderPrepare, (void *config, void *pattern, void *font), config, pattern, font)
SPARE(void *, FcPatternDuplicate, (const void *pattern), pattern)

/* ---- Crashes ---- */

static void write_report(const char *line) {
  const char *name = getenv("SEAM_MALLOC_REPORT");
  int file = name ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
  if (file >= 0 && write(file, line, strlen(line)) < 0) _exit(1);
}

static void crashed(int signal, siginfo_t *info, void *context) {
  Dl_info where = {.dli_fname = NULL};
  (void)info;
#if defined(__x86_64__)
  dladdr((void *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP], &where);
#elif defined(__aarch64__)
  dladdr((void *)((ucontext_t *)context)->uc_mcontext.pc, &where);
#endif
  write_report(where.dli_fname ? where.dli_fname : "somewhere");
  _exit(128 + signal);
}

/* ---- From main to its end ---- */

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static main_function *wrapped;

static void report(void) {
  char line[32];
  atomic_store(&inside, false);
  snprintf(line, sizeof line, "%lu", atomic_load(&made));
  write_report(line);
}

static int counted_main(int count, char **words, char **environment) {
  char *end = NULL, *text = getenv("SEAM_MALLOC");
  chosen = text ? strtoul(text, &end, 10) : 0;
  later = end && *end == '+';
  struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSEGV, &action, NULL) != 0 || atexit(report) != 0) abort();
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
