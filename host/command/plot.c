/* SPDX-License-Identifier: Apache-2.0 */
/* seam plot: draws figures of results, or the map of a comparison, for paper. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/selection.h"
#include "command/figure/figure.h"
#include "command/figure/page.h"
#include "command/figure_choice.h"
#include "command/output_note.h"

/* One call of the command. */
struct task {
  const struct arguments *arguments;
  struct choice choice;
  char named[NAME_MAX + 1]; /* the output if none is given */
  const char *output;
  const struct format *format;
  double width; /* points */
  struct plot plot;
};

/* ---- Arguments ---- */

/* The stem of "runs/seam.zip" is "seam". */
static int stem_of(const char *path, const char **stem) {
  const char *slash = strrchr(path, '/'), suffix[] = ".zip";
  *stem = slash ? slash + 1 : path;
  size_t length = strlen(*stem), end = sizeof suffix - 1;
  return (int)(length > end && !strcmp(*stem + length - end, suffix) ? length - end : length);
}

/* Names the output in the working folder: "seam.png", "seam-margins.png", "a-b.png" or "a-and-2-more.png". */
static seam_status name_output(struct task *task, seam_error *error) {
  const struct arguments *arguments = task->arguments;
  const char *stem, *second = "", *figures = arguments->figure ? arguments->figure : "";
  int count = arguments->file_count, length = stem_of(arguments->files[0], &stem);
  int second_length = count == 2 ? stem_of(arguments->files[1], &second) : 0;
  char others[32] = "";
  if (count > 2) snprintf(others, sizeof others, "-and-%d-more", count - 1);
  int before = snprintf(task->named, sizeof task->named, "%.*s%s%.*s%s%s", length, stem, count == 2 ? "-" : "",
                        second_length, second, others, *figures ? "-" : "");
  size_t room = before < (int)sizeof task->named ? sizeof task->named - (size_t)before : 0;
  int after = snprintf(room ? task->named + before : NULL, room, "%s.png", figures);
  if (after >= (int)room)
    return fail(error, SEAM_ERROR_USAGE,
                "the name of the figure, made from the names of the files, has %d bytes, but "
                "at most %d are possible: name it with --output",
                before + after, NAME_MAX);
  for (char *c = task->named + before; *c; c++)
    if (*c == ',') *c = '-';
  return SEAM_OK;
}

static seam_status read_output(struct task *task, seam_error *error) {
  const char *given = task->arguments->output;
  seam_status status = given ? SEAM_OK : name_output(task, error);
  task->output = given ? given : task->named;
  task->format = format_of(task->output);
  if (status || task->format) return status;
  return fail(error, SEAM_ERROR_USAGE, "--output %.200s: the name must end in .png, .svg or .pdf", task->output);
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
    return fail(error, SEAM_ERROR_USAGE, "--width %.60s: it takes 80mm to 400mm, or the same in cm or in", text);
  task->width = mm * points;
  return SEAM_OK;
}

/* Checked before any file is read. */
static seam_status check_count(const struct arguments *arguments, seam_error *error) {
  if (arguments->file_count <= MOST_RESULTS) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "seam plot takes up to %d files, not %d", MOST_RESULTS, arguments->file_count);
}

/* ---- Drawing ---- */

static seam_status draw_part(struct page *page, const void *user, int part, seam_error *error) {
  const struct task *task = user;
  const struct figure *figure = task->choice.figures[part];
  struct plot plot = task->plot;
  plot.logarithmic = task->arguments->log || (figure->logarithmic && !task->arguments->linear);
  plot.selection = find_selection(choice_outcome(figure, &task->plot, task->arguments));
  return figure->draw(page, &plot, error);
}

static void draw_caption(struct page *page, const void *user) {
  caption_draw(page, &((const struct task *)user)->plot);
}

/* Figures below one another can be taller than a page, so their size is told. */
static void report(const struct task *task, double height) {
  const double mm = 25.4 / 72;
  printf("written to %s", printable(task->output).text);
  if (task->choice.count > 1 && !format_has_pages(task->format))
    printf(" (%d figures below one another, %.0f mm wide and %.0f mm high; a PDF has a page for each)",
           task->choice.count, task->width * mm, height * mm);
  putchar('\n');
}

static seam_status draw_and_write(const struct task *task, seam_output *output, seam_error *error) {
  char *description = malloc(DESCRIPTION);
  if (!description) return figure_out_of_memory(error);
  caption_describe(&task->plot, description);
  const struct document document = {task->choice.count, draw_part, draw_caption, task, description};
  struct drawing drawing;
  seam_status status = page_render(task->format, task->width, &document, &drawing, error);
  free(description);
  if (status) return status;
  status = seam_output_write_bytes(output, drawing.bytes, drawing.size, error);
  free(drawing.bytes);
  if (status == SEAM_OK) report(task, drawing.height);
  return status;
}

static seam_status read_and_draw(struct task *task, seam_output *output, seam_error *error) {
  seam_status status = SEAM_OK;
  struct plot *plot = &task->plot;
  for (; plot->count < task->arguments->file_count && status == SEAM_OK; plot->count += status == SEAM_OK)
    status = seam_result_read(task->arguments->files[plot->count], &plot->results[plot->count], error);
  if (status == SEAM_OK) status = choice_settle(&task->choice, plot, task->arguments, error);
  if (status == SEAM_OK) order_results(plot);
  if (status == SEAM_OK) status = draw_and_write(task, output, error);
  for (int r = 0; r < plot->count; r++) seam_result_free(plot->results[r]);
  return status;
}

/* ---- The file of a comparison ---- */

static bool has_comparison(const struct arguments *arguments) {
  for (int i = 0; i < arguments->file_count; i++)
    if (seam_is_comparison(arguments->files[i])) return true;
  return false;
}

/* The map has one outcome, and it is drawn without other files. */
static seam_status choose_map(struct task *task, seam_error *error) {
  const struct arguments *arguments = task->arguments;
  task->choice = (struct choice){{&map_figure}, 1};
  if (arguments->file_count > 1)
    return fail(error, SEAM_ERROR_USAGE, "a comparison is drawn alone: give seam plot this file only, or only results");
  if (arguments->figure && strcmp(arguments->figure, map_figure.name) != 0)
    return fail(error, SEAM_ERROR_USAGE, "--figure %.60s: %.200s is a comparison, which has only --figure %s",
                arguments->figure, arguments->files[0], map_figure.name);
  seam_status status = seam_comparison_read(arguments->files[0], &task->plot.comparison, error);
  if (status) return status;
  const char *outcome = seam_comparison_outcome(task->plot.comparison);
  if (!arguments->outcome || !strcmp(arguments->outcome, outcome)) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "--outcome %s: %.200s compares %s; compare the results anew", arguments->outcome,
              arguments->files[0], outcome);
}

/* ---- The command ---- */

static seam_status plot(struct task *task, bool map, seam_error *error) {
  seam_output *output = NULL;
  seam_status status = read_output(task, error);
  if (status == SEAM_OK) status = read_width(task, error);
  if (status == SEAM_OK) status = output_open_and_tell(task->output, task->arguments->force, &output, error);
  if (status) return status;
  status = map ? draw_and_write(task, output, error) : read_and_draw(task, output, error);
  seam_output_close(output);
  return status;
}

seam_status plot_run(struct arguments *arguments, seam_error *error) {
  struct task task = {.arguments = arguments};
  if (arguments->log && arguments->linear)
    return fail(error, SEAM_ERROR_USAGE, "--log and --linear exclude each other: give one of them");
  if (!find_selection(arguments->outcome)) return unknown_selection(arguments->outcome, error);
  seam_status status = check_count(arguments, error);
  if (status) return status;
  bool map = has_comparison(arguments);
  status = map ? choose_map(&task, error) : choice_read(&task.choice, arguments->figure, arguments->file_count, error);
  if (status == SEAM_OK) status = plot(&task, map, error);
  seam_comparison_free(task.plot.comparison);
  return status;
}
