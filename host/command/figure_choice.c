/* SPDX-License-Identifier: Apache-2.0 */
/* Reads --figure: the list of all figures, the chosen ones, and the ones that can be drawn. */
#include "command/figure_choice.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/result_kind.h"
#include "command/figure/figure.h"

enum { SIDES = 2 };

/* selection and snapshots use all chains by default, because they show how many of them work. */
static const struct figure figures[] = {
    {"interface", {"interface"}, 1, MOST_RESULTS, "works", false, draw_interface, NULL},
    {"transfer", {"mapping", "response"}, 1, 1, "works", true, draw_transfer, NULL},
    {"margins", {"width", "slack", "loss"}, 1, MOST_OVERLAID, "works", false, draw_margins, NULL},
    {"selection", {"selection"}, 1, 1, "all", false, draw_selection, NULL},
    {"snapshots", {"snapshots"}, 1, 1, "all", false, draw_snapshots, NULL},
    {"interchange", {"interchange", "swaps"}, 1, SIDES, "works", false, draw_interchange, NULL},
    {"compare", {"interface"}, SIDES, SIDES, "works", false, draw_comparison, prepare_comparison},
    {"all", {NULL}, 1, MOST_RESULTS, NULL, false, NULL, NULL},
};
enum { FIGURES = sizeof figures / sizeof *figures };
_Static_assert((int)FIGURES <= (int)MOST_FIGURES, "a choice holds all figures");

const struct figure map_figure = {"compare", {NULL}, 1, 1, NULL, false, draw_map, NULL};

static void add(struct choice *choice, const struct figure *figure) {
  for (int i = 0; i < choice->count; i++)
    if (choice->figures[i] == figure) return;
  choice->figures[choice->count++] = figure;
}

/* ---- The words of --figure ---- */

static bool takes(const struct figure *figure, int files) { return files >= figure->least && files <= figure->most; }

static seam_status check_files(const struct figure *figure, int files, seam_error *error) {
  static const char *const words[SIDES + 1][SIDES + 1] = {
      [1] = {[1] = "one file", [SIDES] = "one or two files"}, [SIDES] = {[SIDES] = "two files"}};
  char most[32];
  if (takes(figure, files)) return SEAM_OK;
  snprintf(most, sizeof most, "up to %d files", figure->most);
  return fail(error, SEAM_ERROR_USAGE, "--figure %s takes %s, not %d", figure->name,
              figure->most > SIDES ? most : words[figure->least][figure->most], files);
}

static seam_status add_name(struct choice *choice, const char *name, size_t length, int files, seam_error *error) {
  for (int i = 0; i < FIGURES; i++) {
    if (strlen(figures[i].name) != length || memcmp(figures[i].name, name, length) != 0) continue;
    add(choice, &figures[i]);
    return check_files(&figures[i], files, error);
  }
  return fail(error, SEAM_ERROR_USAGE,
              "--figure %.*s: unknown; it takes interface, transfer, margins, selection, snapshots, interchange, "
              "compare, all, or several of them separated by commas",
              (int)(length < 60 ? length : 60), name);
}

seam_status choice_read(struct choice *choice, const char *names, int files, seam_error *error) {
  seam_status status = SEAM_OK;
  if (!names) names = files == SIDES ? "compare" : "interface";
  choice->count = 0;
  for (bool more = true; more && status == SEAM_OK;) {
    size_t length = strcspn(names, ",");
    status = add_name(choice, names, length, files, error);
    more = names[length] == ',';
    names += length + more;
  }
  return status;
}

/* ---- The figures that can be drawn ---- */

static bool has_needs(const struct figure *figure, const seam_result *result) {
  for (int i = 0; figure->needs[i]; i++)
    if (seam_result_histogram(result, figure->needs[i])) return true;
  return false;
}

/* The first result without a histogram that the figure needs, or plot->count. */
static int first_without(const struct figure *figure, const struct plot *plot) {
  int r = 0;
  while (r < plot->count && has_needs(figure, plot->results[r])) r++;
  return r;
}

static seam_status missing(const struct figure *figure, const seam_result *result, const char *file,
                           seam_error *error) {
  const char *needed = figure->needs[0];
  if (!is_prediction(result) || !strcmp(needed, "interface"))
    return fail(error, SEAM_ERROR_MISMATCH,
                "%.150s: the run did not count %s: seam %s --config %.150s --histograms %s --output NEW.zip counts it",
                file, needed, is_prediction(result) ? "predict" : "train", file, needed);
  return fail(error, SEAM_ERROR_MISMATCH, "%.200s: a prediction has no %s: seam train counts it", file, needed);
}

const char *choice_outcome(const struct figure *figure, const struct plot *plot, const struct arguments *arguments) {
  if (arguments->outcome) return arguments->outcome;
  return default_outcome((const seam_result *const *)plot->results, plot->count, figure->outcome);
}

static seam_status prepare(const struct figure *figure, struct plot *plot, const struct arguments *arguments,
                           seam_error *error) {
  if (!figure->prepare) return SEAM_OK;
  const char *outcome = choice_outcome(figure, plot, arguments);
  seam_status status = figure->prepare(plot, outcome, arguments->anyway, error);
  if (!old_force_helps(arguments, status)) return status;
  status = figure->prepare(plot, outcome, true, error);
  if (status == SEAM_OK) note_old_force();
  return status;
}

static seam_status settle_one(struct choice *choice, const struct figure *figure, struct plot *plot,
                              const struct arguments *arguments, seam_error *error) {
  int without = first_without(figure, plot);
  if (without < plot->count) return missing(figure, plot->results[without], arguments->files[without], error);
  add(choice, figure);
  return prepare(figure, plot, arguments, error);
}

/* Adds the figure if it can be drawn. */
static seam_status settle_if_drawn(struct choice *choice, const struct figure *figure, struct plot *plot,
                                   const struct arguments *arguments, seam_error *error) {
  if (!figure->draw || !takes(figure, plot->count) || first_without(figure, plot) < plot->count) return SEAM_OK;
  seam_status status = prepare(figure, plot, arguments, error);
  if (status == SEAM_OK) add(choice, figure);
  return status == SEAM_ERROR_MISMATCH ? SEAM_OK : status;
}

static seam_status settle_all(struct choice *choice, struct plot *plot, const struct arguments *arguments,
                              seam_error *error) {
  for (int i = 0; i < FIGURES; i++) {
    seam_status status = settle_if_drawn(choice, &figures[i], plot, arguments, error);
    if (status) return status;
  }
  if (choice->count > 0) return SEAM_OK;
  if (plot->count > 1)
    return fail(error, SEAM_ERROR_MISMATCH,
                "these results have no histogram in common that can be drawn: run them again with --histograms all");
  return fail(error, SEAM_ERROR_MISMATCH, "%.200s: the run counted no histogram: run it again with --histograms all",
              arguments->files[0]);
}

static seam_status check_laws(const struct plot *plot, const struct arguments *arguments, seam_error *error) {
  const struct selection *selection = find_selection(arguments->outcome);
  seam_status status = SEAM_OK;
  for (int r = 0; r < plot->count && status == SEAM_OK; r++)
    status = check_law(plot->results[r], arguments->files[r], selection, error);
  return status;
}

seam_status choice_settle(struct choice *choice, struct plot *plot, const struct arguments *arguments,
                          seam_error *error) {
  struct choice asked = *choice;
  seam_status status = check_laws(plot, arguments, error);
  choice->count = 0;
  for (int i = 0; i < asked.count && status == SEAM_OK; i++)
    status = asked.figures[i]->draw ? settle_one(choice, asked.figures[i], plot, arguments, error)
                                    : settle_all(choice, plot, arguments, error);
  return status;
}
