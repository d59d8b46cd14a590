/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional counts as an image, and what its colours mean. */
#include "density.h"

#include <math.h>
#include <stdlib.h>

#include "../ticks.h"

enum { FEW = 32, FEWEST_BINS = 32, MOST_BINS = 1024, BAR_STEPS = 256 };
static const double most_decades = 5; /* what is rarer has the colour of the rarest */

/* ---- Bins ---- */

static int64_t extent(const seam_axis *axis) { return axis->bins + 2 * axis->flow; }

static int64_t sum_square(const seam_axis *x, const seam_axis *y, const int64_t *counts, int64_t column, int64_t row,
                          int64_t merged) {
  int64_t sum = 0;
  for (int64_t i = column * merged; i < (column + 1) * merged; i++)
    for (int64_t j = row * merged; j < (row + 1) * merged; j++) sum += counts[(i + x->flow) * extent(y) + j + y->flow];
  return sum;
}

static void note_extremes(struct grid *grid) {
  grid->largest = grid->least = 0;
  for (int64_t i = 0; i < grid->columns * grid->rows; i++) {
    double value = grid->values[i];
    if (!(value > 0)) continue;
    if (value > grid->largest) grid->largest = value;
    if (grid->least == 0 || value < grid->least) grid->least = value;
  }
}

static bool fine_enough(const struct grid *grid, double worth) {
  bool small = grid->columns <= MOST_BINS && grid->rows <= MOST_BINS;
  return small && (grid->largest == 0 || grid->largest * worth >= FEW);
}

int64_t merging_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, double worth) {
  int64_t fewer = x->bins < y->bins ? x->bins : y->bins, best = 1;
  for (int64_t merged = 1; merged == 1 || fewer / merged >= FEWEST_BINS; merged++) {
    if (x->bins % merged || y->bins % merged) continue;
    struct grid grid = grid_of(x, y, counts, merged);
    bool enough = !grid.values || fine_enough(&grid, worth);
    grid_free(&grid);
    best = merged;
    if (enough) break;
  }
  return best;
}

struct grid grid_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, int64_t merged) {
  struct grid grid = {.columns = x->bins / merged, .rows = y->bins / merged};
  grid.values = malloc((size_t)(grid.columns * grid.rows) * sizeof *grid.values);
  if (!grid.values) return (struct grid){0};
  grid.bin_x = (x->upper - x->lower) / (double)grid.columns;
  grid.bin_y = (y->upper - y->lower) / (double)grid.rows;
  for (int64_t i = 0; i < grid.columns; i++)
    for (int64_t j = 0; j < grid.rows; j++)
      grid.values[i * grid.rows + j] = (double)sum_square(x, y, counts, i, j, merged);
  note_extremes(&grid);
  return grid;
}

void grid_scale(struct grid *grid, double factor) {
  for (int64_t i = 0; i < grid->columns * grid->rows; i++) grid->values[i] *= factor;
  note_extremes(grid);
}

void grid_free(struct grid *grid) {
  free(grid->values);
  grid->values = NULL;
}

/* ---- Colours ---- */

struct shade shade_of(const struct grid *grids, int count, bool logarithmic) {
  struct shade shade = {.logarithmic = logarithmic};
  for (int g = 0; g < count; g++) {
    shade.largest = fmax(shade.largest, grids[g].largest);
    if (grids[g].least > 0 && (shade.least == 0 || grids[g].least < shade.least)) shade.least = grids[g].least;
  }
  if (shade.least == shade.largest) shade.logarithmic = false; /* there is no ratio to show */
  shade.least = shade.logarithmic ? fmax(shade.least, shade.largest * pow(10, -most_decades)) : 0;
  return shade;
}

double shade_place(const struct shade *shade, double value) {
  double place;
  if (shade->largest <= shade->least) return 1;
  if (shade->logarithmic)
    place = log(value / shade->least) / log(shade->largest / shade->least);
  else
    place = (value - shade->least) / (shade->largest - shade->least);
  return fmax(shade->diverging ? -1 : 0, fmin(1, place));
}

/* On paper more is darker. */
static struct rgb colour_of(const struct shade *shade, double place) {
  return shade->diverging ? colour_diverging(place) : colour_sequential(1 - place);
}

static uint32_t pixel_of(struct rgb c) {
  return 0xff000000u | (uint32_t)(c.red * 255 + 0.5) << 16 | (uint32_t)(c.green * 255 + 0.5) << 8 |
         (uint32_t)(c.blue * 255 + 0.5);
}

static bool is_drawn(const struct shade *shade, double value) {
  return !isnan(value) && (shade->diverging || value > 0);
}

/* Stretches an image of one pixel a bin over the box, bins as sharp squares. */
static void stretch(struct page *page, cairo_surface_t *image, const struct box *box) {
  double columns = cairo_image_surface_get_width(image), rows = cairo_image_surface_get_height(image);
  cairo_surface_mark_dirty(image);
  cairo_save(page->cairo);
  cairo_translate(page->cairo, box->x, box->y);
  cairo_scale(page->cairo, box->width / columns, box->height / rows);
  cairo_set_source_surface(page->cairo, image, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(page->cairo), CAIRO_FILTER_NEAREST);
  cairo_rectangle(page->cairo, 0, 0, columns, rows);
  cairo_fill(page->cairo);
  cairo_restore(page->cairo);
}

static uint32_t *row_of(cairo_surface_t *image, int64_t row) {
  unsigned char *data = cairo_image_surface_get_data(image);
  return (uint32_t *)(void *)(data + row * cairo_image_surface_get_stride(image));
}

void density_draw(struct page *page, const struct panel *panel, const struct grid *grid, const struct shade *shade) {
  cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)grid->columns, (int)grid->rows);
  for (int64_t j = 0; j < grid->rows && cairo_image_surface_get_data(image); j++) {
    uint32_t *row = row_of(image, grid->rows - 1 - j); /* the image's first row is its highest */
    for (int64_t i = 0; i < grid->columns; i++) {
      double value = grid->values[i * grid->rows + j];
      row[i] = is_drawn(shade, value) ? pixel_of(colour_of(shade, shade_place(shade, value))) : 0;
    }
  }
  stretch(page, image, &panel->box);
  cairo_surface_destroy(image);
}

/* ---- The colour bar ---- */

static void draw_gradient(struct page *page, const struct box *box, const struct shade *shade) {
  cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, BAR_STEPS, 1);
  for (int i = 0; i < BAR_STEPS && cairo_image_surface_get_data(image); i++) {
    double place = (i + 0.5) / BAR_STEPS;
    row_of(image, 0)[i] = pixel_of(colour_of(shade, shade->diverging ? 2 * place - 1 : place));
  }
  stretch(page, image, box);
  cairo_surface_destroy(image);
}

/* Exponents where a power of ten is within the scale's reach, else its values themselves. */
static struct axis bar_axis(const struct shade *shade, const char *label) {
  if (!shade->logarithmic) return (struct axis){shade->diverging ? -shade->largest : 0, shade->largest, label, false};
  return (struct axis){log10(shade->least), log10(shade->largest), label, true};
}

double colour_bar_draw(struct page *page, double x, double y, double width, const struct shade *shade,
                       const char *label) {
  struct panel bar = {.box = {x, y, width, page->size}, .x = bar_axis(shade, label), .y = {0}};
  if (shade->largest <= 0) return y;
  draw_gradient(page, &bar.box, shade);
  panel_frame(page, &bar);
  return y + (1.4 + ROOM_BELOW) * page->size;
}
