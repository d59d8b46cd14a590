/* SPDX-License-Identifier: Apache-2.0 */
/* Are parts interchangeable? What the histogram interchange says of it, by mode and by distance. */
#include <math.h>

#include "command.h"

enum { FITS = 3, RANGES = 6, ROOM_FOR_COUNTS = 60 };

/* Where ranges of the distance begin, in V: edges of the histogram's bins. The last holds its overflow. */
static const double begins[RANGES] = {0, 0.125, 0.25, 0.5, 1, 2};
static const char *const range_names[RANGES] = {"to 1/8 V", "to 1/4 V", "to 1/2 V", "to 1 V", "to 2 V", "beyond"};

static const char *const mode_names[] = {"other", "same"}; /* by the histogram's first axis */

/* Pairs of chains that pass, by how many of the two swapped chains work. */
struct pairs {
  int64_t all, by_fits[FITS];
};

/* The pairs of one mode at distances of [from, to). */
static struct pairs count_pairs(const seam_histogram *histogram, int mode, double from, double to) {
  const seam_axis *axis = &histogram->axes[1];
  double width = (axis->upper - axis->lower) / (double)axis->bins;
  struct pairs pairs = {0};
  for (int64_t i = 0; i < axis->bins + 2; i++) {
    double edge = axis->lower + (double)(i - 1) * width; /* no distance is in the underflow, below 0 */
    if (edge < from || edge >= to) continue;
    for (int fits = 0; fits < FITS; fits++) {
      int64_t count = histogram->values[(mode * (axis->bins + 2) + i) * FITS + fits];
      pairs.by_fits[fits] += count;
      pairs.all += count;
    }
  }
  return pairs;
}

static struct pairs count_range(const seam_histogram *histogram, int mode, int range) {
  return count_pairs(histogram, mode, begins[range], range + 1 < RANGES ? begins[range + 1] : INFINITY);
}

/* How many swapped chains work, with half a weight each, so that a pair has one. */
static double weight_that_fits(const struct pairs *pairs) {
  return 0.5 * (double)pairs->by_fits[1] + (double)pairs->by_fits[2];
}

/* Pairs are independent, the two swaps within one are not: the pair is the unit. Whatever the swaps have to do with
 * each other, their mean over a pair varies at most as much as a pair that fits both ways or not at all, so that the
 * interval holds, and is too wide at worst. */
static struct interval fit_interval(const struct pairs *pairs) { return wilson(weight_that_fits(pairs), pairs->all); }

/* ---- For people ---- */

static void fit_line(const char *name, struct pairs pairs) {
  if (pairs.all == 0) return;
  struct interval interval = fit_interval(&pairs);
  printf("  %-9s%8s  %s to %s", name, text_percent(weight_that_fits(&pairs) / (double)pairs.all).text,
         text_percent(interval.low).text, text_percent(interval.high).text);
  if (terminal_columns(stdout) >= ROOM_FOR_COUNTS) printf("  (%s)", text_count(pairs.all).text);
  putchar('\n');
}

void interchange_report(const seam_result *result) {
  const seam_histogram *histogram = seam_result_histogram(result, "interchange");
  if (!histogram) return;
  print_wrapped("chance that swapped parts fit, in pairs of chains that pass, by distance of their interfaces (95% "
                "intervals with the pair as the unit):",
                printf("  "), 2);
  for (int mode = 1; mode >= 0; mode--) {
    struct pairs all = count_pairs(histogram, mode, 0, INFINITY);
    printf("  of the %s mode: %s pairs\n", mode_names[mode], text_count(all.all).text);
    fit_line("all", all);
    for (int range = 0; range < RANGES; range++) fit_line(range_names[range], count_range(histogram, mode, range));
  }
}

/* ---- For programs ---- */

static json_t *fit_json(struct pairs pairs) {
  struct interval interval = fit_interval(&pairs);
  json_t *chance = pairs.all ? json_real(weight_that_fits(&pairs) / (double)pairs.all) : json_null();
  return json_pack("{s:I, s:[I, I, I], s:o, s:f, s:f}", "pairs", (json_int_t)pairs.all, "fits",
                   (json_int_t)pairs.by_fits[0], (json_int_t)pairs.by_fits[1], (json_int_t)pairs.by_fits[2], "chance",
                   chance, "low", interval.low, "high", interval.high);
}

static json_t *mode_json(const seam_histogram *histogram, int mode) {
  json_t *object = fit_json(count_pairs(histogram, mode, 0, INFINITY)), *list = json_array();
  for (int range = 0; range < RANGES; range++) {
    json_t *row = fit_json(count_range(histogram, mode, range));
    json_object_set_new(row, "from", json_real(begins[range]));
    json_object_set_new(row, "to", range + 1 < RANGES ? json_real(begins[range + 1]) : json_null());
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "by_distance", list);
  return object;
}

json_t *interchange_json(const seam_result *result) {
  const seam_histogram *histogram = seam_result_histogram(result, "interchange");
  if (!histogram) return json_null();
  json_t *object = json_object();
  for (int mode = 1; mode >= 0; mode--) json_object_set_new(object, mode_names[mode], mode_json(histogram, mode));
  return object;
}
