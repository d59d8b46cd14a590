/* SPDX-License-Identifier: Apache-2.0 */
/* Measures how far --math fast is from exact: trains the same chains in both and compares each chain with itself.
 *
 *   math_distance [NAME=VALUE...]    options of seam train; fast.NAME=VALUE sets an option of the fast side only
 *
 * Prints a table of one line: the pass rates; the numbers of chains that pass in one mode only, with McNemar's z; and,
 * for the chains that pass in both, the shares whose mode or whose cell of the interface (64 x 64 over `range`)
 * differs. Exit codes are those of seam. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cuda/cuda_batch.h"
#include "workers/job_setup.h"
#include "backend/pauses.h"
#include "backend/cuda/cuda_backend.h"

/* One math mode, with all that the backend needs. The snapshot at the last step says how each chain has ended. */
struct side {
  struct histogram_set *set;
  struct job_setup *plan;
  struct cuda_device device;
  int64_t *counts;
  int32_t *cells; /* for each chain of a batch: its cell of [works][u0][u1], or -1 */
};

struct tally {
  uint64_t chains, pass[MATH_MODES], alone[MATH_MODES], both, other_mode, other_cell;
};

static seam_status side_open(struct side *side, const struct seam_config *config, seam_error *error) {
  FORWARD(histogram_set_create(config, &side->set, error));
  FORWARD(job_setup_create(config, side->set, &side->plan, error));
  struct cuda_program program = {.task = &cuda_train_task};
  FORWARD(program.task->find(&side->plan->job, &program, error));
  FORWARD(cuda_device_open(&side->device, (int)config->device.index[0], &program, config, &side->plan->job, error));
  side->counts = calloc((size_t)side->set->cells, sizeof *side->counts);
  side->cells = calloc(side->device.capacity, sizeof *side->cells);
  if (side->counts && side->cells) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory");
}

static void side_close(struct side *side) {
  cuda_device_close(&side->device);
  job_setup_free(side->plan);
  histogram_set_free(side->set);
  free(side->counts);
  free(side->cells);
}

/* Trains a range that fits into one batch, and copies its last snapshot to the host. */
static seam_status side_train(struct side *side, struct chain_range range, seam_error *error) {
  struct cuda_worker *worker = &side->device.workers[0];
  const struct job *job = &side->device.argument.job;
  struct run_control control;
  atomic_init(&control.cancel, false);
  atomic_init(&control.work_done, 0);
  size_t last = (size_t)backend_snapshot_at(job, job->steps), chains = (size_t)(range.end - range.begin);
  FORWARD(cuda_count_range(&side->device, worker, &range, &control, side->counts, error));
  TRY(cudaMemcpy, side->cells, worker->snapshots + last * side->device.capacity, chains * sizeof *side->cells,
      cudaMemcpyDeviceToHost);
  return SEAM_OK;
}

/* 1 for a buffer, -1 for an inverter, 0 if u0 and u1 are in one bin. */
static int mode_of(int32_t cell, int32_t extent) {
  int32_t u0 = cell / extent % extent, u1 = cell % extent;
  return (u1 > u0) - (u1 < u0);
}

static void compare(struct tally *tally, int32_t exact, int32_t fast, int32_t extent) {
  bool pass[MATH_MODES] = {exact >= extent * extent, fast >= extent * extent};
  tally->chains++;
  for (int m = 0; m < MATH_MODES; m++) {
    tally->pass[m] += pass[m];
    tally->alone[m] += pass[m] && !pass[1 - m];
  }
  if (!pass[MATH_EXACT] || !pass[MATH_FAST]) return;
  tally->both++;
  tally->other_mode += mode_of(exact, extent) * mode_of(fast, extent) < 0;
  tally->other_cell += exact != fast;
}

static seam_status pair_chains(struct side sides[MATH_MODES], const struct seam_config *config, struct tally *tally,
                               seam_error *error) {
  uint64_t end = config->first_chain + config->chains;
  uint64_t most =
      sides[0].device.capacity < sides[1].device.capacity ? sides[0].device.capacity : sides[1].device.capacity;
  for (uint64_t id = config->first_chain; id < end; id += most) {
    struct chain_range range = {id, end - id < most ? end : id + most};
    for (int m = 0; m < MATH_MODES; m++) FORWARD(side_train(&sides[m], range, error));
    for (uint64_t i = 0; i < range.end - range.begin; i++)
      compare(tally, sides[MATH_EXACT].cells[i], sides[MATH_FAST].cells[i], sides[0].set->axes[AXIS_COARSE].bins + 2);
  }
  return SEAM_OK;
}

/* McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
 * Psychometrika 12, 1947. The 95% interval is that of the paired difference. */
static void print_table(const struct seam_config *config, const struct tally *t) {
  double n = (double)t->chains, b = (double)t->alone[MATH_EXACT], c = (double)t->alone[MATH_FAST];
  double difference = (c - b) / n, half = 1.96 * sqrt((b + c) / n - difference * difference) / sqrt(n);
  double z = b + c > 0 ? (c - b) / sqrt(b + c) : 0;
  printf("%-18s %-9s %6s %9s %9s %22s %8s %8s %6s %10s %10s\n", "pair", "optimizer", "steps", "chains", "exact",
         "fast - exact, 95%", "exact", "fast", "z", "other", "other");
  printf("%-18s %-9s %6s %9s %9s %22s %8s %8s %6s %10s %10s\n", "", "", "", "", "pass", "", "alone", "alone", "",
         "mode", "cell");
  char pair[32], interval[40];
  snprintf(pair, sizeof pair, "%s x %s", kind_name(config->first), kind_name(config->second));
  snprintf(interval, sizeof interval, "%+.5f +- %.5f", difference, half);
  printf("%-18s %-9s %6" PRIu64 " %9" PRIu64 " %9.5f %22s %8" PRIu64 " %8" PRIu64 " %6.2f %10.2e %10.2e\n", pair,
         optimizer_name(config->optimizer), config->steps, t->chains, (double)t->pass[MATH_EXACT] / n, interval,
         t->alone[MATH_EXACT], t->alone[MATH_FAST], z, (double)t->other_mode / (double)(t->both ? t->both : 1),
         (double)t->other_cell / (double)(t->both ? t->both : 1));
}

/* Sets an option of both sides, or of the fast side. */
static seam_status read_argument(struct seam_config configs[MATH_MODES], const char *argument, seam_error *error) {
  static const char prefix[] = "fast.";
  bool fast_alone = !strncmp(argument, prefix, strlen(prefix));
  const char *begin = fast_alone ? argument + strlen(prefix) : argument, *value = strchr(begin, '=');
  char name[64];
  if (!value || (size_t)(value - begin) >= sizeof name)
    return error_set(error, SEAM_ERROR_USAGE, "%s: an argument is NAME=VALUE, for example steps=100", argument);
  snprintf(name, sizeof name, "%.*s", (int)(value - begin), begin);
  for (int m = fast_alone ? MATH_FAST : MATH_EXACT; m < MATH_MODES; m++)
    FORWARD(seam_config_set(&configs[m], name, value + 1, error));
  return SEAM_OK;
}

static seam_status read_arguments(struct seam_config configs[MATH_MODES], int count, char **arguments,
                                  seam_error *error) {
  for (int m = 0; m < MATH_MODES; m++) config_defaults(&configs[m]);
  FORWARD(read_argument(configs, "histograms=snapshots", error));
  for (int i = 0; i < count; i++) FORWARD(read_argument(configs, arguments[i], error));
  FORWARD(read_argument(configs, "math=exact", error));
  FORWARD(read_argument(configs, "fast.math=fast", error));
  for (int m = 0; m < MATH_MODES; m++) FORWARD(seam_config_check(&configs[m], error));
  return SEAM_OK;
}

static seam_status run(int count, char **arguments, seam_error *error) {
  struct seam_config configs[MATH_MODES];
  struct side sides[MATH_MODES] = {{.set = NULL}};
  struct tally tally = {0};
  FORWARD(read_arguments(configs, count, arguments, error));
  const char *unavailable = seam_cuda_unavailable();
  if (unavailable) return error_set(error, SEAM_ERROR_BACKEND, "%s", unavailable);
  seam_status status = SEAM_OK;
  for (int m = 0; m < MATH_MODES && status == SEAM_OK; m++) status = side_open(&sides[m], &configs[m], error);
  if (status == SEAM_OK) status = pair_chains(sides, &configs[MATH_EXACT], &tally, error);
  if (status == SEAM_OK) print_table(&configs[MATH_EXACT], &tally);
  for (int m = 0; m < MATH_MODES; m++) side_close(&sides[m]);
  return status;
}

int main(int argc, char **argv) {
  seam_error error;
  seam_status status = run(argc - 1, argv + 1, &error);
  if (status == SEAM_OK) return fflush(stdout) == 0 && !ferror(stdout) ? 0 : SEAM_ERROR_IO;
  fprintf(stderr, "math_distance: %s\n", error.message);
  return status;
}
