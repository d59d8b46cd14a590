/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a sweep: one line for each point, as CSV and as JSON lines, both made from one table of columns. */
#define _GNU_SOURCE /* open_memstream */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wilson.h"
#include "base/number.h"
#include "config/option.h"
#include "files/atomic_output.h"
#include "sweep/sweep.h"

enum { FORMATS = 2, MOST_COLUMNS = 20, INDEX_DIGITS = 12 };

struct sweep_index {
  struct seam_output *outputs[FORMATS];
};

/* ---- The columns ---- */

/* One number: a count if it is whole, else a real. */
struct column {
  const char *name;
  bool whole;
  int64_t count;
  double real; /* NAN: unknown */
};

struct columns {
  size_t count;
  struct column column[MOST_COLUMNS];
};

static void add_count(struct columns *columns, const char *name, int64_t count) {
  columns->column[columns->count++] = (struct column){.name = name, .whole = true, .count = count};
}

static void add_real(struct columns *columns, const char *name, double real) {
  columns->column[columns->count++] = (struct column){.name = name, .real = real};
}

static void add_fraction(struct columns *columns, const char *const names[3], int64_t part, int64_t whole) {
  struct interval interval = wilson((double)part, whole);
  add_real(columns, names[0], whole > 0 ? (double)part / (double)whole : NAN);
  add_real(columns, names[1], whole > 0 ? interval.low : NAN);
  add_real(columns, names[2], whole > 0 ? interval.high : NAN);
}

/* The normal approximation that `seam predict` prints, limited to 0 to 1. */
static void add_estimate(struct columns *columns, const char *const names[4], double value, double error) {
  double low = value - Z_95 * error, high = value + Z_95 * error;
  add_real(columns, names[0], value);
  add_real(columns, names[1], error);
  add_real(columns, names[2], low < 0 ? 0 : low);
  add_real(columns, names[3], high > 1 ? 1 : high);
}

static void add_prediction(struct columns *columns, const seam_prediction *p) {
  static const seam_prediction none;
  if (!p) p = &none; /* for the names of the columns, before anything is counted */
  static const char *const acceptance[] = {"acceptance", "acceptance_error", "acceptance_low", "acceptance_high"};
  static const char *const buffer[] = {"buffer_of_pass", "buffer_of_pass_error", "buffer_of_pass_low",
                                       "buffer_of_pass_high"};
  add_estimate(columns, acceptance, p->acceptance, p->acceptance_error);
  add_estimate(columns, buffer, p->buffer, p->buffer_error);
  add_real(columns, "first_entropy", p->mean_entropy[0]);
  add_real(columns, "second_entropy", p->mean_entropy[1]);
  add_real(columns, "interface_entropy", p->interface_entropy);
  add_real(columns, "outside", p->outside);
  add_real(columns, "effective_pairs", p->effective_pairs);
}

static void add_training(struct columns *columns, const int64_t *outcomes) {
  static const char *const pass[] = {"pass", "pass_low", "pass_high"};
  static const char *const passed_names[] = {"passed", "passed_low", "passed_high"};
  static const char *const buffer[] = {"buffer_of_pass", "buffer_of_pass_low", "buffer_of_pass_high"};
  int64_t passed = outcomes[SEAM_BUFFER] + outcomes[SEAM_INVERTER];
  add_fraction(columns, pass, passed, passed + outcomes[SEAM_FAIL] + outcomes[SEAM_DIVERGED]);
  add_fraction(columns, buffer, outcomes[SEAM_BUFFER], passed);
  /* The same again, because `pass` is a word of Python and so an awkward name there. 0.2 will not have `pass`. */
  add_fraction(columns, passed_names, passed, passed + outcomes[SEAM_FAIL] + outcomes[SEAM_DIVERGED]);
}

/* No option has one of these names, so the columns of the grid can stand beside them. */
static struct columns columns_of(const struct seam_sweep *sweep, const struct sweep_row *row) {
  struct columns columns = {.count = 0};
  add_count(&columns, "counted", (int64_t)row->counted);
  add_count(&columns, "buffer", row->outcomes[SEAM_BUFFER]);
  add_count(&columns, "inverter", row->outcomes[SEAM_INVERTER]);
  add_count(&columns, "fail", row->outcomes[SEAM_FAIL]);
  add_count(&columns, "diverged", row->outcomes[SEAM_DIVERGED]);
  if (sweep->base.task == TASK_TRAIN)
    add_training(&columns, row->outcomes);
  else
    add_prediction(&columns, row->prediction);
  return columns;
}

/* ---- CSV ---- */

static void csv_text(FILE *file, const char *text) {
  if (!strpbrk(text, ",\"\n")) {
    fputs(text, file);
    return;
  }
  putc('"', file);
  for (; *text; text++) fprintf(file, *text == '"' ? "\"\"" : "%c", *text);
  putc('"', file);
}

static void csv_number(FILE *file, const struct column *column) {
  char text[32] = "";
  if (column->whole)
    snprintf(text, sizeof text, "%" PRId64, column->count);
  else if (isfinite(column->real))
    number_print_rounded(column->real, INDEX_DIGITS, text, sizeof text);
  fprintf(file, ",%s", text);
}

static void csv_begin(FILE *file, const struct seam_sweep *sweep) {
  struct columns columns = columns_of(sweep, &sweep->rows[0]);
  fputs("file", file);
  for (size_t a = 0; a < sweep->axis_count; a++) fprintf(file, ",%s", sweep->axes[a].name);
  for (size_t c = 0; c < columns.count; c++) fprintf(file, ",%s", columns.column[c].name);
  putc('\n', file);
}

static void csv_line(FILE *file, const struct seam_sweep *sweep, uint64_t point, const char *name,
                     const struct columns *columns) {
  fputs(name, file);
  for (size_t a = 0; a < sweep->axis_count; a++) {
    putc(',', file);
    csv_text(file, sweep_value(sweep, point, a));
  }
  for (size_t c = 0; c < columns->count; c++) csv_number(file, &columns->column[c]);
  putc('\n', file);
}

/* ---- JSON lines ---- */

static void json_begin(FILE *file, const struct seam_sweep *sweep) {
  (void)file;
  (void)sweep;
}

/* The value as a result's manifest records it, or the text of a pair. */
static json_t *json_value(const struct seam_sweep *sweep, uint64_t point, size_t axis) {
  struct seam_config config;
  const struct option *option = option_find(sweep->axes[axis].name);
  if (!option) return json_string(sweep_value(sweep, point, axis));
  sweep_config(sweep, point, &config);
  return option->type->to_json(option, (const char *)&config + option->offset);
}

static json_t *json_number(const struct column *column) {
  if (column->whole) return json_integer(column->count);
  return isfinite(column->real) ? json_real(column->real) : json_null();
}

static void json_line(FILE *file, const struct seam_sweep *sweep, uint64_t point, const char *name,
                      const struct columns *columns) {
  json_t *object = json_object();
  json_object_set_new(object, "file", json_string(name));
  for (size_t a = 0; a < sweep->axis_count; a++)
    json_object_set_new(object, sweep->axes[a].name, json_value(sweep, point, a));
  for (size_t c = 0; c < columns->count; c++)
    json_object_set_new(object, columns->column[c].name, json_number(&columns->column[c]));
  json_dumpf(object, file, JSON_COMPACT | JSON_REAL_PRECISION(INDEX_DIGITS));
  putc('\n', file);
  json_decref(object);
}

/* ---- The files ---- */

static const struct format {
  const char *name;
  void (*begin)(FILE *file, const struct seam_sweep *sweep);
  void (*line)(FILE *file, const struct seam_sweep *sweep, uint64_t point, const char *name,
               const struct columns *columns);
} formats[FORMATS] = {{"index.csv", csv_begin, csv_line}, {"index.jsonl", json_begin, json_line}};

static void print_index(FILE *file, const struct seam_sweep *sweep, const struct format *format) {
  format->begin(file, sweep);
  for (uint64_t point = 0; point < sweep->points; point++) {
    if (sweep->rows[point].counted == 0) continue;
    char name[512];
    struct columns columns = columns_of(sweep, &sweep->rows[point]);
    sweep_file(sweep, point, name, sizeof name);
    format->line(file, sweep, point, name, &columns);
  }
}

static seam_status write_format(struct seam_output *output, const struct seam_sweep *sweep, const struct format *format,
                                seam_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  if (file) print_index(file, sweep, format);
  bool lost = !file || ferror(file);
  if (file && fclose(file)) lost = true;
  seam_status status =
      lost ? error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for %s; close other programs", format->name)
           : seam_output_write_bytes(output, (const unsigned char *)text, size, error);
  free(text);
  return status;
}

seam_status sweep_index_write(struct sweep_index *index, const struct seam_sweep *sweep, seam_error *error) {
  for (int f = 0; f < FORMATS; f++) FORWARD(write_format(index->outputs[f], sweep, &formats[f], error));
  return SEAM_OK;
}

void sweep_index_close(struct sweep_index *index) {
  if (!index) return;
  for (int f = 0; f < FORMATS; f++) seam_output_close(index->outputs[f]);
  free(index);
}

seam_status sweep_index_open(const struct seam_sweep *sweep, struct sweep_index **out, seam_error *error) {
  struct sweep_index *index = calloc(1, sizeof *index);
  *out = NULL;
  if (!index) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for an index; close other programs");
  seam_status status = SEAM_OK;
  for (int f = 0; status == SEAM_OK && f < FORMATS; f++) {
    char path[sizeof sweep->file];
    sweep_path(sweep, formats[f].name, path, sizeof path);
    status = seam_output_open(path, 1, &index->outputs[f], error);
  }
  if (status != SEAM_OK)
    sweep_index_close(index);
  else
    *out = index;
  return status;
}
