/* SPDX-License-Identifier: Apache-2.0 */
/* seam bench: measures how fast chains are trained, and compares this with the peak of the cores. */
#include "command/bench.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/arguments.h"
#include "command/cards.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/json.h"

enum { USUAL_REPEATS = 5, FIRST_CHAINS = 1024 };

/* ---- Measuring ---- */

static seam_status set_number(seam_config *config, const char *name, uint64_t value, seam_error *error) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return seam_config_set(config, name, text, error);
}

/* Asking the cards takes time, so the last call of a run asks only if no call before it did. */
static int watch_cards(const seam_progress *progress, void *user) {
  struct cards *cards = user;
  if (progress->chains_done < progress->chains || cards->clocks.count == 0) cards_sample(cards, progress->seconds);
  return 0;
}

/* Trains the chains of a row once. Samples clock and power of `cards` meanwhile, unless it is NULL. */
static seam_status train_once(struct bench *bench, struct row *row, struct cards *cards, double *seconds, double *rate,
                              seam_error *error) {
  seam_status status = seam_config_set(bench->config, "backend", row->backend, error);
  if (status == SEAM_OK) status = set_number(bench->config, "threads", (uint64_t)row->threads, error);
  if (status == SEAM_OK) status = set_number(bench->config, "chains", row->chains, error);
  if (status == SEAM_OK) status = seam_config_check(bench->config, error);
  if (status) return status;
  seam_result *result = NULL;
  status = seam_train(bench->config, cards ? watch_cards : NULL, cards, &result, error);
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

/* Finds how many chains take about a second, by longer and longer runs. On cards a run takes three seconds, because
 * their power is known only after the first. */
static seam_status calibrate(struct bench *bench, struct row *row, seam_error *error) {
  const double enough = 0.2, wanted = row->threads > 0 ? 1.0 : 3.0;
  double seconds = 0, rate;
  for (row->chains = FIRST_CHAINS;; row->chains *= 4) {
    seam_status status = train_once(bench, row, NULL, &seconds, &rate, error);
    if (status) return status;
    if (seconds >= enough || row->chains > UINT64_MAX / 16 / FIRST_CHAINS) break;
  }
  double chains = ceil((double)row->chains * wanted / seconds / FIRST_CHAINS) * FIRST_CHAINS;
  row->chains = (uint64_t)fmin(chains, 1e15);
  return SEAM_OK;
}

static seam_status measure(struct bench *bench, struct row *row, size_t repeat, seam_error *error) {
  double seconds;
  bool cpu = row->threads > 0;
  row->peaks[repeat] = cpu ? seam_core_peak(bench->config) : 0;
  seam_status status = train_once(bench, row, cpu ? NULL : &bench->cards, &seconds, &row->rates[repeat], error);
  row->costs[repeat] = row->rates[repeat] > 0 ? row->peaks[repeat] * row->threads / row->rates[repeat] : 0;
  return status;
}

static void show_repeat(const struct bench *bench, size_t repeat) {
  if (bench->shows_progress) fprintf(stderr, "\rmeasuring: %zu of %zu\033[K", repeat + 1, bench->repeats);
}

static seam_status measure_all(struct bench *bench, bool calibrated, seam_error *error) {
  seam_status status = SEAM_OK;
  for (size_t i = 0; !calibrated && status == SEAM_OK && i < bench->row_count; i++)
    status = calibrate(bench, &bench->rows[i], error);
  for (size_t repeat = 0; status == SEAM_OK && repeat < bench->repeats; repeat++) {
    show_repeat(bench, repeat);
    for (size_t i = 0; status == SEAM_OK && i < bench->row_count; i++)
      status = measure(bench, &bench->rows[i], repeat, error);
    if (bench->scalings && status == SEAM_OK)
      bench->scalings[repeat] = bench->rows[1].rates[repeat] / bench->rows[0].rates[repeat];
  }
  if (bench->shows_progress) fputs("\r\033[K", stderr);
  return status;
}

/* ---- Setting up ---- */

static void add_row(struct bench *bench, const char *backend, int threads) {
  struct row *row = &bench->rows[bench->row_count++];
  row->backend = backend;
  row->threads = threads;
  row->chains = strtoull(seam_config_get(bench->config, "chains"), NULL, 10);
}

/* The rows are one thread, all threads, and CUDA if it works. Only CUDA has fast math. */
static void choose_rows(struct bench *bench) {
  char backend[16];
  bool fast = !strcmp(seam_config_get(bench->config, "math"), "fast");
  snprintf(backend, sizeof backend, "%s", fast ? "cuda" : seam_config_get(bench->config, "backend"));
  int threads = seam_threads_of(bench->config).threads;
  if (strcmp(backend, "cuda")) add_row(bench, "cpu", 1);
  if (strcmp(backend, "cuda") && threads > 1) add_row(bench, "cpu", threads);
  if (!strcmp(backend, "cpu") || (!strcmp(backend, "auto") && seam_cuda_unavailable())) return;
  add_row(bench, "cuda", 0);
  cards_open(&bench->cards, seam_config_get(bench->config, "device"));
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
  bench->shows_progress = isatty(STDERR_FILENO) && !arguments->quiet;
  seam_status status = read_repeats(arguments->repeat, &bench->repeats, error);
  if (status == SEAM_OK) status = seam_config_check(bench->config, error);
  if (status) return status;
  if (!strcmp(seam_config_get(bench->config, "steps"), "0"))
    return fail(error, SEAM_ERROR_USAGE,
                "--steps 0: without steps there is nothing to measure; it takes 1 or more here");
  bench->flops = seam_flops_per_chain_step(bench->config);
  choose_rows(bench);
  bench->given = json_config(bench->config);
  return SEAM_OK;
}

/* Allocates the measured values of all rows as one piece of memory, and returns it. */
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

static seam_status measure_and_report(struct bench *bench, const struct arguments *arguments, seam_error *error) {
  seam_status status = measure_all(bench, arguments->chains_given, error);
  if (status) return status;
  if (arguments->json) return bench_report_json(bench, error);
  bench_report(bench);
  return SEAM_OK;
}

seam_status bench_run(struct arguments *arguments, seam_error *error) {
  struct bench bench = {0};
  seam_status status = set_up(&bench, arguments, error);
  if (status) return status;
  double *room = give_room(&bench);
  if (room)
    status = measure_and_report(&bench, arguments, error);
  else
    status = fail(error, SEAM_ERROR_MEMORY, "out of memory for the measurements: close other programs");
  free(room);
  cards_close(&bench.cards);
  json_decref(bench.given);
  return status;
}
