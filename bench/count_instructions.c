/* SPDX-License-Identifier: Apache-2.0 */
/* Counts how often one training step of a vector of chains executes the instruction at each address.
 *
 * The processor's trap flag raises a signal before each instruction, so that no performance counter and no right to
 * trace is needed. usage: count_instructions ISA [NAME VALUE]..., with options of seam train. It prints `lanes`,
 * `calls` from the program into libc, and `outside`, the instructions executed in libc, which depend on the machine.
 * Lines ADDRESS COUNT with the addresses of objdump follow. If it cannot count, it says why and exits with 77. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <x86intrin.h>

#include "backend/backend.h"
#include "kernels/cpu/cpu.h"
#include "workers/job_setup.h"
#include "backend/choice.h"

enum { SKIP = 77, TRAP_FLAG = 0x100 };

extern const char __executable_start[], etext[];
extern const Elf64_Ehdr __ehdr_start;

/* The instructions executed while the trap flag was set. */
struct count {
  uint64_t inside, outside, calls;
  uint32_t *at; /* [text_bytes()] */
};

static struct count *counting; /* the signal handler counts here */
static int was_inside;

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "count_instructions: %s: %s\n", what, why);
  exit(1);
}

static _Noreturn void skip(const char *why) {
  printf("SKIP: %s\n", why);
  exit(SKIP);
}

/* ---- Counting ---- */

static uint64_t text_begin(void) { return (uint64_t)(uintptr_t)__executable_start; }
static uint64_t text_bytes(void) { return (uint64_t)(uintptr_t)etext - text_begin(); }

/* The signal handler. It runs before each instruction. */
static void on_trap(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  uint64_t offset = (uint64_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] - text_begin();
  int inside = offset < text_bytes();
  if (inside) counting->at[offset]++;
  counting->inside += (uint64_t)inside;
  counting->outside += (uint64_t)!inside;
  counting->calls += (uint64_t)(was_inside && !inside);
  was_inside = inside;
}

static void catch_traps(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGTRAP, &action, NULL) != 0) fail("sigaction", strerror(errno));
}

/* Not inlined, so that each call executes the same instructions apart from those of the training. */
static __attribute__((noinline)) void count_training(const struct cpu_kernels *kernels, void *state,
                                                     const struct job *job, uint32_t steps, struct count *count) {
  counting = count;
  __writeeflags(__readeflags() | TRAP_FLAG);
  kernels->train(state, job, 1, 1 + steps);
  __writeeflags(__readeflags() & ~(unsigned long long)TRAP_FLAG);
}

/* ---- One step: the difference between two steps and one, from the same chains ---- */

static void *allocate(size_t bytes) {
  size_t whole = (bytes + CPU_STATE_ALIGNMENT - 1) / CPU_STATE_ALIGNMENT * CPU_STATE_ALIGNMENT;
  void *memory = aligned_alloc(CPU_STATE_ALIGNMENT, whole);
  if (!memory) fail("memory", "out of memory: close other programs");
  memset(memory, 0, whole);
  return memory;
}

static void count_steps(const struct cpu_kernels *kernels, const struct job *job, struct count *one,
                        struct count *two) {
  void *state = allocate(kernels->state_bytes), *start = allocate(kernels->state_bytes);
  kernels->draw(start, job, 0);
  kernels->train(start, job, 0, 1); /* the first call of a libc function looks up its address, so make it here */
  memcpy(state, start, kernels->state_bytes);
  count_training(kernels, state, job, 1, one);
  memcpy(state, start, kernels->state_bytes);
  count_training(kernels, state, job, 2, two);
  free(state);
  free(start);
}

static void print_step(const struct cpu_kernels *kernels, const struct count *one, const struct count *two) {
  uint64_t first = __ehdr_start.e_type == ET_DYN ? 0 : text_begin(); /* objdump does not know the load address */
  printf("lanes %d\ncalls %" PRIu64 "\noutside %" PRIu64 "\n", kernels->lanes, two->calls - one->calls,
         two->outside - one->outside);
  for (uint64_t offset = 0; offset < text_bytes(); offset++) {
    if (two->at[offset] < one->at[offset]) fail("the counts", "two steps executed less than one");
    if (two->at[offset] > one->at[offset])
      printf("%" PRIx64 " %" PRIu32 "\n", first + offset, two->at[offset] - one->at[offset]);
  }
}

/* ---- The job ---- */

static const struct cpu_kernels *choose_kernels(const char *isa) {
  const struct cpu_kernels *const tables[] = {&cpu_kernels_baseline, &cpu_kernels_v3, &cpu_kernels_v4};
  for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
    if (strcmp(tables[k]->isa, isa) == 0) return tables[k];
  fail(isa, "no such instruction set: baseline, v3 or v4");
}

/* Skips if the processor lacks the instruction set. The backend checks this. */
static void require_processor(const seam_config *config, const struct job *job) {
  struct session *session;
  struct session_info info;
  seam_error error;
  if (cpu_backend.open(config, job, &session, &info, &error) != SEAM_OK) skip(error.message);
  cpu_backend.close(session);
}

static void set_options(seam_config *config, int count, char **options) {
  seam_error error;
  for (int k = 0; k + 1 < count; k += 2)
    if (seam_config_set(config, options[k], options[k + 1], &error) != SEAM_OK) fail(options[k], error.message);
  if (seam_config_check(config, &error) != SEAM_OK) fail("options", error.message);
}

static struct job_setup *plan_of(const seam_config *config) {
  struct histogram_set *set; /* the plan points into it; both live as long as the program */
  struct job_setup *plan;
  seam_error error;
  if (histogram_set_create(config, &set, &error) != SEAM_OK || job_setup_create(config, set, &plan, &error) != SEAM_OK)
    fail("plan", error.message);
  return plan;
}

int main(int count, char **arguments) {
  if (count < 2 || count % 2 != 0) fail("usage", "count_instructions ISA [NAME VALUE]...");
  const struct cpu_kernels *kernels = choose_kernels(arguments[1]);
  seam_config *config = seam_config_create();
  seam_error error;
  if (!config || seam_config_set(config, "isa", arguments[1], &error) != SEAM_OK) fail("isa", arguments[1]);
  set_options(config, count - 2, arguments + 2);
  const struct job_setup *plan = plan_of(config);
  require_processor(config, &plan->job);

  struct count one = {0, 0, 0, NULL}, two = {0, 0, 0, NULL};
  one.at = (uint32_t *)allocate(text_bytes() * sizeof *one.at);
  two.at = (uint32_t *)allocate(text_bytes() * sizeof *two.at);
  catch_traps();
  count_steps(kernels, &plan->job, &one, &two);
  if (two.inside == 0) skip("the trap flag raises no signal here (an emulator?)");
  print_step(kernels, &one, &two);
  return fflush(stdout) == 0 ? 0 : 1;
}
