/* SPDX-License-Identifier: Apache-2.0 */
/* Are parts interchangeable? What the histograms interchange and swaps say of it, by mode and by distance. */
#include <math.h>

#include "command/command.h"

enum { RANGES = 6, ROOM_FOR_COUNTS = 60 };

/* Where ranges of the distance begin, in V: edges of the histogram's bins. The last holds its overflow. */
static const double begins[RANGES] = {0, 0.125, 0.25, 0.5, 1, 2};
static const char *const range_names[RANGES] = {"to 1/8 V", "to 1/4 V", "to 1/2 V", "to 1 V", "to 2 V", "beyond"};

static const char *const mode_names[] = {"other", "same"}; /* by the histogram's first axis */

/* What a result says of it: trainings count pairs of chains, predictions all ways to swap, in independent blocks. */
static const seam_histogram *find_histogram(const seam_result *result) {
  const seam_histogram *histogram = seam_result_histogram(result, "interchange");
  return histogram ? histogram : seam_result_histogram(result, "swaps");
}

static int64_t blocks_of(const seam_histogram *histogram) {
  return histogram->axis_count == 4 ? histogram->axes[0].bins : 1;
}

/* Adds the pairs of one block and mode at distances of [from, to). */
static void add_pairs(const seam_histogram *histogram, int64_t block, int mode, struct interval distance,
                      struct pairs *pairs) {
  const seam_axis *axis = &histogram->axes[histogram->axis_count - 2];
  double width = (axis->upper - axis->lower) / (double)axis->bins;
  for (int64_t i = 0; i < axis->bins + 2; i++) {
    double edge = axis->lower + (double)(i - 1) * width; /* no distance is in the underflow, below 0 */
    if (edge < distance.low || edge >= distance.high) continue;
    for (int fits = 0; fits < FITS; fits++) {
      int64_t count = histogram->values[((block * 2 + mode) * (axis->bins + 2) + i) * FITS + fits];
      pairs->by_fits[fits] += count;
      pairs->all += count;
    }
  }
}

/* How many swapped chains work, with half a weight each, so that a pair has one. */
static double weight_that_fits(const struct pairs *pairs) {
  return 0.5 * (double)pairs->by_fits[1] + (double)pairs->by_fits[2];
}

/* Of a ratio of sums over independent blocks (Cochran, "Sampling Techniques", Wiley 1977, section 6.3), by Student's t
 * of 15 degrees: the ways of one block have components in common. Where all blocks agree, none or all fit: then the
 * block is the unit. */
static struct interval ratio_interval(const struct pairs *of_block, int64_t blocks, const struct fit *fit) {
  const double t_95 = 2.131;
  double squares = 0;
  int64_t filled = 0;
  for (int64_t b = 0; b < blocks; b++) {
    filled += of_block[b].all > 0;
    double rest = weight_that_fits(&of_block[b]) - fit->chance * (double)of_block[b].all;
    squares += rest * rest;
  }
  if (squares == 0) return wilson(fit->chance * (double)filled, filled);
  double error = sqrt(squares * (double)blocks / (double)(blocks - 1)) / (double)fit->pairs.all;
  return (struct interval){fmax(0, fit->chance - t_95 * error), fmin(1, fit->chance + t_95 * error)};
}

/* Pairs of chains are independent, the two swaps within one are not: the pair is the unit. Whatever the swaps have to
 * do with each other, their mean over a pair varies at most as much as a pair that fits both ways or not at all, so
 * that Wilson's interval holds, and is too wide at worst. */
static struct fit fit_of(const seam_histogram *histogram, int mode, struct interval distance) {
  enum { MOST_BLOCKS = 16 };
  struct pairs of_block[MOST_BLOCKS] = {{0}};
  struct fit fit = {.chance = NAN, .interval = {NAN, NAN}};
  int64_t blocks = blocks_of(histogram);
  for (int64_t b = 0; b < blocks && b < MOST_BLOCKS; b++) {
    add_pairs(histogram, b, mode, distance, &of_block[b]);
    fit.pairs.all += of_block[b].all;
    for (int fits = 0; fits < FITS; fits++) fit.pairs.by_fits[fits] += of_block[b].by_fits[fits];
  }
  if (fit.pairs.all == 0) return fit;
  fit.chance = weight_that_fits(&fit.pairs) / (double)fit.pairs.all;
  fit.interval =
      blocks > 1 ? ratio_interval(of_block, blocks, &fit) : wilson(weight_that_fits(&fit.pairs), fit.pairs.all);
  return fit;
}

struct fit interchange_fit(const seam_result *result, int same_mode, struct interval distance) {
  return fit_of(find_histogram(result), same_mode, distance);
}

static const struct interval anywhere = {0, INFINITY};

static struct interval range_of(int range) {
  return (struct interval){begins[range], range + 1 < RANGES ? begins[range + 1] : INFINITY};
}

/* ---- For people ---- */

/* Beside it what a prediction has, where there is one. */
static void fit_line(const char *name, const seam_histogram *const sides[2], int mode, struct interval distance) {
  struct fit fit = fit_of(sides[0], mode, distance);
  if (fit.pairs.all == 0) return;
  printf("  %-9s%8s  %s to %s", name, text_percent(fit.chance).text, text_percent(fit.interval.low).text,
         text_percent(fit.interval.high).text);
  struct fit beside = {.chance = NAN};
  if (sides[1]) beside = fit_of(sides[1], mode, distance);
  if (!isnan(beside.chance))
    printf(", untrained %s, %s to %s", text_percent(beside.chance).text, text_percent(beside.interval.low).text,
           text_percent(beside.interval.high).text);
  else if (terminal_columns(stdout) >= ROOM_FOR_COUNTS && blocks_of(sides[0]) == 1)
    printf("  (%s)", text_count(fit.pairs.all).text);
  putchar('\n');
}

/* A prediction stands beside nothing then. */
static void tell_uncounted(const seam_result *result) {
  print_wrapped(is_prediction(result)
                    ? "this result did not swap parts, because its pairs are weighed: show the prediction beside a "
                      "result that seam train counted with --histograms all,interchange"
                    : "this run did not count interchange: train it with --histograms all,interchange to set the "
                      "prediction beside it",
                printf("  "), 2);
}

static void tell_few(const int64_t *pairs_of_mode, bool trained) {
  enum { FEW = 100 }; /* Wilson's interval is then 20% wide */
  if (pairs_of_mode[0] >= FEW && pairs_of_mode[1] >= FEW) return;
  print_wrapped(
      trained
          ? "few pairs, so these chances are uncertain: use more --chains, or more --steps so that more of them pass"
          : "few ways to swap, so these chances are uncertain: predict with more --chains and --draws",
      printf("  "), 2);
}

void interchange_report(const seam_result *result, const seam_result *beside) {
  const seam_histogram *const sides[2] = {find_histogram(result), beside ? find_histogram(beside) : NULL};
  if (!sides[0] && beside) tell_uncounted(result);
  if (!sides[0]) return;
  bool trained = blocks_of(sides[0]) == 1;
  print_wrapped(trained
                    ? "chance that swapped parts fit, in pairs of chains that pass, by distance of their interfaces "
                      "(95% intervals with the pair as the unit):"
                    : "chance that swapped parts of untrained pairs that work fit, by distance of their "
                      "interfaces (95% intervals from 16 independent blocks):",
                printf("  "), 2);
  int64_t pairs[2];
  for (int mode = 1; mode >= 0; mode--) {
    pairs[mode] = fit_of(sides[0], mode, anywhere).pairs.all;
    printf("  of the %s mode: %s %s\n", mode_names[mode], text_count(pairs[mode]).text,
           trained ? "pairs" : "ways to swap");
    fit_line("all", sides, mode, anywhere);
    for (int range = 0; range < RANGES; range++) fit_line(range_names[range], sides, mode, range_of(range));
  }
  tell_few(pairs, trained);
}

/* ---- For programs ---- */

static json_t *real(double value) { return isnan(value) ? json_null() : json_real(value); }

static json_t *fit_json(struct fit fit) {
  return json_pack("{s:I, s:[I, I, I], s:o, s:o, s:o}", "pairs", (json_int_t)fit.pairs.all, "fits",
                   (json_int_t)fit.pairs.by_fits[0], (json_int_t)fit.pairs.by_fits[1], (json_int_t)fit.pairs.by_fits[2],
                   "chance", real(fit.chance), "low", real(fit.interval.low), "high", real(fit.interval.high));
}

static json_t *mode_json(const seam_histogram *histogram, int mode) {
  json_t *object = fit_json(fit_of(histogram, mode, anywhere)), *list = json_array();
  for (int range = 0; range < RANGES; range++) {
    json_t *row = fit_json(fit_of(histogram, mode, range_of(range)));
    json_object_set_new(row, "from", json_real(begins[range]));
    json_object_set_new(row, "to", range + 1 < RANGES ? json_real(begins[range + 1]) : json_null());
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "by_distance", list);
  return object;
}

json_t *interchange_json(const seam_result *result) {
  const seam_histogram *histogram = find_histogram(result);
  if (!histogram) return json_null();
  json_t *object = json_object();
  for (int mode = 1; mode >= 0; mode--) json_object_set_new(object, mode_names[mode], mode_json(histogram, mode));
  return object;
}
