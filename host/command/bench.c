/* SPDX-License-Identifier: Apache-2.0 */
/* seam bench: the rate of training as a user gets it, set against the core's own peak measured in the same run. */
#define _GNU_SOURCE /* sched_getaffinity */
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { MOST_REPEATS = 1000, USUAL_REPEATS = 5, MOST_ROWS = 3, FIRST_CHAINS = 1024 };

/* One line of the table: a backend with a number of threads, measured again and again. */
struct row {
  const char *backend;
  int threads; /* 0 on CUDA */
  uint64_t chains;
  char isa[16], device[128];
  double *rates, *peaks, *costs; /* one each repeat: chain-steps/s, flop/s of one core, flops' worth per chain-step */
};

struct bench {
  seam_config *config;
  size_t repeats, row_count;
  struct row rows[MOST_ROWS];
  double flops; /* of a chain-step */
  double *scalings;
  bool chatty; /* stderr is a terminal that may be told how far it is */
};

struct spread {
  double median, low, high;
};

static struct spread spread_of(const double *values, size_t count) {
  double sorted[MOST_REPEATS];
  memcpy(sorted, values, count * sizeof *sorted);
  double middle = median(sorted, count); /* sorts */
  return (struct spread){middle, sorted[0], sorted[count - 1]};
}

/* ---- Measuring ---- */

static seam_status set_number(seam_config *config, const char *name, uint64_t value, seam_error *error) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return seam_config_set(config, name, text, error);
}

/* Trains the row's chains once. */
static seam_status train_once(struct bench *bench, struct row *row, double *seconds, double *rate, seam_error *error) {
  seam_status status = seam_config_set(bench->config, "backend", row->backend, error);
  if (status == SEAM_OK) status = set_number(bench->config, "threads", (uint64_t)row->threads, error);
  if (status == SEAM_OK) status = set_number(bench->config, "chains", row->chains, error);
  if (status == SEAM_OK) status = seam_config_check(bench->config, error);
  if (status) return status;
  seam_result *result = NULL;
  status = seam_train(bench->config, NULL, NULL, &result, error);
  if (status) {
    seam_result_free(result);
    return status;
  }
  seam_run run = seam_result_run(result);
  *seconds = run.seconds;
  *rate = run.seconds > 0 ? run.chain_steps / run.seconds : 0;
  snprintf(row->isa, sizeof row->isa, "%s", run.isa);
  snprintf(row->device, sizeof row->device, "%s", run.device);
  seam_result_free(result);
  return SEAM_OK;
}

/* Finds how many chains take about a second: longer and longer runs until one is long enough to tell. */
static seam_status calibrate(struct bench *bench, struct row *row, seam_error *error) {
  const double enough = 0.2;
  double seconds = 0, rate;
  for (row->chains = FIRST_CHAINS;; row->chains *= 4) {
    seam_status status = train_once(bench, row, &seconds, &rate, error);
    if (status) return status;
    if (seconds >= enough || row->chains > UINT64_MAX / 16 / FIRST_CHAINS) break;
  }
  double chains = ceil((double)row->chains / seconds / FIRST_CHAINS) * FIRST_CHAINS;
  row->chains = (uint64_t)fmin(chains, 1e15);
  return SEAM_OK;
}

static seam_status measure(struct bench *bench, struct row *row, size_t repeat, seam_error *error) {
  double seconds;
  bool cpu = row->threads > 0;
  row->peaks[repeat] = cpu ? seam_core_peak(bench->config) : 0;
  seam_status status = train_once(bench, row, &seconds, &row->rates[repeat], error);
  row->costs[repeat] = row->rates[repeat] > 0 ? row->peaks[repeat] * row->threads / row->rates[repeat] : 0;
  return status;
}

static void say(const struct bench *bench, size_t repeat) {
  if (bench->chatty) fprintf(stderr, "\rmeasuring: %zu of %zu\033[K", repeat + 1, bench->repeats);
}

static seam_status measure_all(struct bench *bench, bool calibrated, seam_error *error) {
  seam_status status = SEAM_OK;
  for (size_t i = 0; !calibrated && status == SEAM_OK && i < bench->row_count; i++)
    status = calibrate(bench, &bench->rows[i], error);
  for (size_t repeat = 0; status == SEAM_OK && repeat < bench->repeats; repeat++) {
    say(bench, repeat);
    for (size_t i = 0; status == SEAM_OK && i < bench->row_count; i++)
      status = measure(bench, &bench->rows[i], repeat, error);
    if (bench->scalings && status == SEAM_OK)
      bench->scalings[repeat] = bench->rows[1].rates[repeat] / bench->rows[0].rates[repeat];
  }
  if (bench->chatty) fputs("\r\033[K", stderr);
  return status;
}

/* ---- Telling ---- */

static json_t *reals_json(const double *values, size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(list, json_real(values[i]));
  return list;
}

static void set_spread(json_t *object, const char *name, const double *values, size_t count) {
  struct spread spread = spread_of(values, count);
  json_object_set_new(object, name,
                      json_pack("{s:f,s:f,s:f,s:o}", "median", spread.median, "min", spread.low, "max", spread.high,
                                "all", reals_json(values, count)));
}

static json_t *row_json(const struct bench *bench, const struct row *row) {
  json_t *object = json_object();
  json_object_set_new(object, "backend", json_text(row->backend));
  json_object_set_new(object, "device", json_text(row->device));
  json_object_set_new(object, "isa", json_text(row->isa));
  json_object_set_new(object, "threads", json_integer(row->threads));
  json_object_set_new(object, "chains", json_integer((json_int_t)row->chains));
  set_spread(object, "chain_steps_per_second", row->rates, bench->repeats);
  if (row->threads == 0) return object;
  set_spread(object, "core_peak_flops", row->peaks, bench->repeats);
  set_spread(object, "peak_flops_per_chain_step", row->costs, bench->repeats);
  return object;
}

static seam_status tell_json(const struct bench *bench, seam_error *error) {
  json_t *object = json_event("bench"), *rows = json_array();
  for (size_t i = 0; i < bench->row_count; i++) json_array_append_new(rows, row_json(bench, &bench->rows[i]));
  json_object_set_new(object, "version", json_text(seam_version()));
  json_object_set_new(object, "config", json_config(bench->config));
  json_object_set_new(object, "repeats", json_integer((json_int_t)bench->repeats));
  json_object_set_new(object, "flops_per_chain_step", json_real(bench->flops));
  json_object_set_new(object, "rows", rows);
  if (bench->scalings) set_spread(object, "thread_scaling", bench->scalings, bench->repeats);
  return json_line(object, error);
}

static void tell_row(const struct bench *bench, const struct row *row) {
  struct spread rate = spread_of(row->rates, bench->repeats), peak = spread_of(row->peaks, bench->repeats);
  struct spread cost = spread_of(row->costs, bench->repeats);
  char threads[16] = "-";
  if (row->threads) snprintf(threads, sizeof threads, "%d", row->threads);
  printf("%-5s %-8s %7s  %8s %8s %8s  %8s", row->backend, *row->isa ? row->isa : "-", threads,
         text_si(rate.median).text, text_si(rate.low).text, text_si(rate.high).text,
         text_si(rate.median * bench->flops).text);
  if (peak.median > 0) printf("  %8s  %8.0f", text_si(peak.median).text, cost.median);
  putchar('\n');
}

static void tell(const struct bench *bench) {
  seam_config *config = bench->config;
  printf("training %s", seam_config_get(config, "first"));
  printf(" x %s", seam_config_get(config, "second"));
  printf(", %s", seam_config_get(config, "optimizer"));
  printf(", %s samples", seam_config_get(config, "samples"));
  printf(", %s steps", seam_config_get(config, "steps"));
  printf(", histograms %s\n", seam_config_get(config, "histograms"));
  printf("%zu repeats on %s; %.0f flops a chain-step\n\n", bench->repeats, bench->rows[0].device, bench->flops);
  printf("%24schain-steps/s%25s%10s\n", "", "core peak", "flops at");
  printf("%-5s %-8s %7s  %8s %8s %8s  %8s  %8s  %8s\n", "", "isa", "threads", "median", "min", "max", "flop/s",
         "flop/s", "peak");
  for (size_t i = 0; i < bench->row_count; i++) tell_row(bench, &bench->rows[i]);
  if (!bench->scalings) return;
  struct spread scaling = spread_of(bench->scalings, bench->repeats);
  printf("\n%d threads over one: %.3f (%.3f to %.3f)\n", bench->rows[1].threads, scaling.median, scaling.low,
         scaling.high);
}

/* ---- Setting up ---- */

static int all_threads(seam_config *config) {
  int asked = atoi(seam_config_get(config, "threads"));
  cpu_set_t set;
  if (asked > 0) return asked;
  if (!sched_getaffinity(0, sizeof set, &set)) return CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

static void add_row(struct bench *bench, const char *backend, int threads) {
  struct row *row = &bench->rows[bench->row_count++];
  row->backend = backend;
  row->threads = threads;
  row->chains = strtoull(seam_config_get(bench->config, "chains"), NULL, 10);
}

/* One thread first and all threads next, so that the two can be compared; then CUDA where it works. */
static void choose_rows(struct bench *bench) {
  char backend[16];
  snprintf(backend, sizeof backend, "%s", seam_config_get(bench->config, "backend"));
  int threads = all_threads(bench->config);
  if (strcmp(backend, "cuda")) add_row(bench, "cpu", 1);
  if (strcmp(backend, "cuda") && threads > 1) add_row(bench, "cpu", threads);
  if (!strcmp(backend, "cuda") || (!strcmp(backend, "auto") && !seam_cuda_unavailable())) add_row(bench, "cuda", 0);
}

static seam_status read_repeats(const char *text, size_t *repeats, seam_error *error) {
  char *end = NULL;
  long value = text ? strtol(text, &end, 10) : USUAL_REPEATS;
  if ((text && (end == text || *end)) || value < 1 || value > MOST_REPEATS)
    return fail(error, SEAM_ERROR_USAGE, "--repeat %.60s: it takes 1 to %d", text, MOST_REPEATS);
  *repeats = (size_t)value;
  return SEAM_OK;
}

static seam_status set_up(struct bench *bench, struct arguments *arguments, seam_error *error) {
  bench->config = arguments->config;
  bench->chatty = isatty(STDERR_FILENO) && !arguments->quiet;
  seam_status status = read_repeats(arguments->repeat, &bench->repeats, error);
  if (status == SEAM_OK) status = seam_config_check(bench->config, error);
  if (status) return status;
  if (!strcmp(seam_config_get(bench->config, "steps"), "0"))
    return fail(error, SEAM_ERROR_USAGE,
                "--steps 0: without steps there is nothing to measure; it takes 1 or more here");
  bench->flops = seam_flops_per_chain_step(bench->config);
  choose_rows(bench);
  return SEAM_OK;
}

/* Gives the rows their places for the measured values, all in one piece of memory, which is returned. */
static double *give_room(struct bench *bench) {
  double *room = calloc(bench->repeats * (3 * bench->row_count + 1), sizeof *room);
  double *next = room;
  for (size_t i = 0; room && i < bench->row_count; i++) {
    bench->rows[i].rates = next;
    bench->rows[i].peaks = next + bench->repeats;
    bench->rows[i].costs = next + 2 * bench->repeats;
    next += 3 * bench->repeats;
  }
  if (bench->row_count > 1 && bench->rows[1].threads > 0) bench->scalings = next;
  return room;
}

seam_status bench_run(struct arguments *arguments, seam_error *error) {
  struct bench bench = {0};
  seam_status status = set_up(&bench, arguments, error);
  if (status) return status;
  double *room = give_room(&bench);
  if (!room) return fail(error, SEAM_ERROR_MEMORY, "out of memory for the measurements");
  status = measure_all(&bench, arguments->chains_given, error);
  if (status == SEAM_OK && arguments->json)
    status = tell_json(&bench, error);
  else if (status == SEAM_OK)
    tell(&bench);
  free(room);
  return status;
}
