/* SPDX-License-Identifier: Apache-2.0 */
/* seam plot: figures of one result, or of two, for paper. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "figure/figure.h"

enum { SIDES = 2, MOST_NEEDS = 3 };

/* One value of --figure. */
struct figure {
  const char *name;
  const char *needs[MOST_NEEDS + 1]; /* histograms, of which any is enough */
  int least, most;                   /* results */
  const char *slice;                 /* by default */
  seam_status (*draw)(struct page *page, const struct plot *plot, seam_error *error); /* NULL: all that can be drawn */
};

/* Selection by loss and the course of training are of all chains: whether they work comes out. */
static const struct figure figures[] = {
    {"interface", {"interface"}, 1, 1, "pass", draw_interface},
    {"transfer", {"mapping", "response"}, 1, 1, "pass", draw_transfer},
    {"margins", {"width", "slack", "loss"}, 1, 1, "pass", draw_margins},
    {"selection", {"selection"}, 1, 1, "all", draw_selection},
    {"snapshots", {"snapshots"}, 1, 1, "all", draw_snapshots},
    {"interchange", {"interchange", "swaps"}, 1, SIDES, "pass", draw_interchange},
    {"compare", {"interface"}, SIDES, SIDES, "pass", draw_comparison},
    {"all", {NULL}, 1, 1, NULL, NULL},
};
enum { FIGURES = sizeof figures / sizeof *figures };

/* One call of the command. */
struct task {
  const struct arguments *arguments;
  const struct figure *figure;
  const struct format *format;
  double width; /* points */
  struct plot plot;
};

/* ---- What was asked ---- */

static seam_status read_figure(struct task *task, seam_error *error) {
  const char *name = task->arguments->figure;
  int count = task->arguments->file_count;
  if (!name) name = count == SIDES ? "compare" : "interface";
  for (int i = 0; i < FIGURES; i++)
    if (!strcmp(figures[i].name, name)) task->figure = &figures[i];
  if (!task->figure)
    return fail(error, SEAM_ERROR_USAGE,
                "--figure %.60s: unknown; it takes interface, transfer, margins, selection, snapshots, interchange, "
                "compare, all",
                name);
  if (count >= task->figure->least && count <= task->figure->most) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "--figure %s takes %s, not %s", name,
              task->figure->least == SIDES ? "two files" : "one file", count == SIDES ? "two" : "one");
}

static seam_status read_format(struct task *task, seam_error *error) {
  const char *output = task->arguments->output;
  if (!output) return fail(error, SEAM_ERROR_USAGE, "seam plot needs --output FILE, as .png, .svg or .pdf");
  task->format = format_of(output);
  if (task->format) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "--output %.200s: name it .png, .svg or .pdf, for that is drawn", output);
}

/* "180", "180mm", "18cm" or "7in". */
static seam_status read_width(struct task *task, seam_error *error) {
  static const struct {
    const char *name;
    double mm;
  } units[] = {{"", 1}, {"mm", 1}, {"cm", 10}, {"in", 25.4}};
  const double narrowest = 80, widest = 400, points = 72 / 25.4;
  const char *text = task->arguments->width ? task->arguments->width : "180mm";
  char *end;
  double number = strtod(text, &end), mm = 0;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (end > text && !strcmp(end, units[i].name)) mm = number * units[i].mm;
  if (!(mm >= narrowest && mm <= widest))
    return fail(error, SEAM_ERROR_USAGE, "--width %.60s: it takes 80mm to 400mm, or as much in cm or in", text);
  task->width = mm * points;
  return SEAM_OK;
}

/* ---- What can be drawn ---- */

static bool has_needs(const struct figure *figure, const seam_result *result) {
  for (int i = 0; figure->needs[i]; i++)
    if (seam_result_histogram(result, figure->needs[i])) return true;
  return false;
}

static seam_status missing(const struct figure *figure, const seam_result *result, const char *file,
                           seam_error *error) {
  const char *needed = figure->needs[0];
  if (!is_prediction(result) || !strcmp(needed, "interface"))
    return fail(error, SEAM_ERROR_MISMATCH,
                "%.150s: the run did not count %s: seam %s --config %.150s --histograms %s --output NEW.zip does", file,
                needed, is_prediction(result) ? "predict" : "train", file, needed);
  return fail(error, SEAM_ERROR_MISMATCH, "%.200s: a prediction has no %s: seam train counts it", file, needed);
}

static seam_status check_needs(const struct task *task, seam_error *error) {
  const struct figure *figure = task->figure;
  for (int r = 0; figure->draw && r < task->plot.count; r++)
    if (!has_needs(figure, task->plot.results[r]))
      return missing(figure, task->plot.results[r], task->arguments->files[r], error);
  for (int i = 0; i < FIGURES && !figure->draw; i++)
    if (figures[i].least == 1 && has_needs(&figures[i], task->plot.results[0])) return SEAM_OK;
  if (figure->draw) return SEAM_OK;
  return fail(error, SEAM_ERROR_MISMATCH, "%.200s: the run counted no histogram: run it again with --histograms all",
              task->arguments->files[0]);
}

/* ---- Drawing ---- */

static seam_status draw_figure(struct page *page, const struct task *task, const struct figure *figure,
                               seam_error *error) {
  struct plot plot = task->plot;
  plot.slice = find_selection(task->arguments->slice ? task->arguments->slice : figure->slice);
  seam_status status = figure->draw(page, &plot, error);
  page->y += page->size;
  return status;
}

static seam_status draw_page(struct page *page, const void *user, seam_error *error) {
  const struct task *task = user;
  seam_status status = SEAM_OK;
  for (int i = 0; i < FIGURES && status == SEAM_OK; i++) {
    bool wanted = task->figure->draw ? &figures[i] == task->figure
                                     : figures[i].least == 1 && has_needs(&figures[i], task->plot.results[0]);
    if (wanted) status = draw_figure(page, task, &figures[i], error);
  }
  if (status == SEAM_OK) caption_draw(page, &task->plot);
  return status;
}

static seam_status draw_and_write(const struct task *task, seam_output *output, seam_error *error) {
  unsigned char *bytes;
  size_t size;
  seam_status status = page_render(task->format, task->width, draw_page, task, &bytes, &size, error);
  if (status) return status;
  status = seam_output_write_bytes(output, bytes, size, error);
  free(bytes);
  if (status == SEAM_OK) printf("written to %s\n", task->arguments->output);
  return status;
}

/* Compared once, for a page is drawn twice. */
static seam_status compare_and_draw(struct task *task, seam_output *output, seam_error *error) {
  struct plot *plot = &task->plot;
  const char *slice = task->arguments->slice ? task->arguments->slice : task->figure->slice;
  seam_comparison *comparison = NULL;
  seam_status status = SEAM_OK;
  if (task->figure->draw == draw_comparison)
    status = seam_compare(plot->results[0], plot->results[1], slice, task->arguments->force, &comparison, error);
  plot->comparison = comparison;
  if (status == SEAM_OK) status = draw_and_write(task, output, error);
  seam_comparison_free(comparison);
  return status;
}

static seam_status plot(struct task *task, seam_output *output, seam_error *error) {
  seam_status status = SEAM_OK;
  struct plot *plot = &task->plot;
  for (; plot->count < task->arguments->file_count && status == SEAM_OK; plot->count += status == SEAM_OK)
    status = seam_result_read(task->arguments->files[plot->count], &plot->results[plot->count], error);
  if (status == SEAM_OK) status = check_needs(task, error);
  if (status == SEAM_OK) status = compare_and_draw(task, output, error);
  for (int r = 0; r < plot->count; r++) seam_result_free(plot->results[r]);
  return status;
}

seam_status plot_run(struct arguments *arguments, seam_error *error) {
  struct task task = {.arguments = arguments, .plot = {.logarithmic = arguments->log}};
  seam_output *output;
  if (!find_selection(arguments->slice)) return unknown_selection(arguments->slice, error);
  seam_status status = read_figure(&task, error);
  if (status == SEAM_OK) status = read_format(&task, error);
  if (status == SEAM_OK) status = read_width(&task, error);
  if (status == SEAM_OK) status = seam_output_open(arguments->output, arguments->force, &output, error);
  if (status) return status;
  status = plot(&task, output, error);
  seam_output_close(output);
  return status;
}
