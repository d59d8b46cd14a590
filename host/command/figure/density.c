/* SPDX-License-Identifier: Apache-2.0 */
/* Draws two-dimensional counts as an image, and the colour bar that explains it. */
#include "command/figure/density.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "command/common/colour.h"

enum { FEW = 100, FEWEST_BINS = 32, MOST_BINS = 1024, BAR_STEPS = 32, PIXELS_PER_POINT = 4 };
#define DOT 0.2 /* a dot's radius, in sizes of text */

const char *const dots_note = "Dots: fewer than 100 independent chains or pairs, too few for a density.";
static const double most_decades = 5; /* smaller values have the colour of the smallest */

/* ---- Bins ---- */

static int64_t extent(const seam_axis *axis) { return axis->bins + 2 * axis->flow; }

static int64_t sum_square(const seam_axis *x, const seam_axis *y, const int64_t *counts, int64_t column, int64_t row,
                          struct merging merging) {
  int64_t sum = 0;
  for (int64_t i = column * merging.x; i < (column + 1) * merging.x; i++)
    for (int64_t j = row * merging.y; j < (row + 1) * merging.y; j++)
      sum += counts[(i + x->flow) * extent(y) + j + y->flow];
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

static bool fine_enough(const struct grid *grid, double effective_sample) {
  bool small = grid->columns <= MOST_BINS && grid->rows <= MOST_BINS;
  return small && (grid->largest == 0 || grid->largest * effective_sample >= FEW);
}

struct merging merging_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, double effective_sample,
                          bool rows_alone) {
  int64_t bins = rows_alone || y->bins < x->bins ? y->bins : x->bins;
  struct merging best = {1, 1};
  for (int64_t k = 1; k == 1 || bins / k >= FEWEST_BINS; k++) {
    struct merging merging = {rows_alone ? 1 : k, k};
    if (x->bins % merging.x || y->bins % merging.y) continue;
    struct grid grid = grid_of(x, y, counts, merging);
    bool enough = !grid.values || fine_enough(&grid, effective_sample);
    grid_free(&grid);
    best = merging;
    if (enough) break;
  }
  return best;
}

bool counts_are_few(const seam_axis *x, const seam_axis *y, const int64_t *counts, double effective_sample) {
  double all = 0, filled = 0;
  for (int64_t i = 0; i < extent(x) * extent(y); i++) {
    all += (double)counts[i];
    filled += counts[i] > 0;
  }
  return filled > 0 && filled < FEW && all * effective_sample < FEW;
}

struct grid dots_of(const seam_axis *x, const seam_axis *y, const int64_t *counts) {
  struct grid grid = grid_of(x, y, counts, (struct merging){1, 1});
  grid.dotted = true;
  return grid;
}

struct grid grid_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, struct merging merging) {
  struct grid grid = {.columns = x->bins / merging.x, .rows = y->bins / merging.y};
  grid.values = malloc((size_t)(grid.columns * grid.rows) * sizeof *grid.values);
  if (!grid.values) return (struct grid){0};
  grid.bin_x = (x->upper - x->lower) / (double)grid.columns;
  grid.bin_y = (y->upper - y->lower) / (double)grid.rows;
  for (int64_t i = 0; i < grid.columns; i++)
    for (int64_t j = 0; j < grid.rows; j++)
      grid.values[i * grid.rows + j] = (double)sum_square(x, y, counts, i, j, merging);
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
    if (grids[g].dotted) continue;
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

/* On paper, more is darker. */
static struct rgb colour_of(const struct shade *shade, double place) {
  return shade->diverging ? colour_diverging(place) : colour_sequential(1 - place);
}

static uint32_t pixel_of(struct rgb c) {
  return (uint32_t)(c.red * 255 + 0.5) << 16 | (uint32_t)(c.green * 255 + 0.5) << 8 | (uint32_t)(c.blue * 255 + 0.5);
}

/* Empty bins are white, not transparent: some viewers draw a dark rim around transparent pixels. */
static struct rgb shown(const struct shade *shade, double value) {
  if (isnan(value) || (value == 0 && !shade->diverging)) return (struct rgb){1, 1, 1};
  return colour_of(shade, shade_place(shade, value));
}

/* Stretches an image over the box. */
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

static void fill_row(uint32_t *pixels, const struct grid *grid, int64_t row, int repeat, const struct shade *shade) {
  for (int64_t i = 0; i < grid->columns; i++) {
    uint32_t pixel = pixel_of(shown(shade, grid->values[i * grid->rows + row]));
    for (int k = 0; k < repeat; k++) pixels[i * repeat + k] = pixel;
  }
}

static int pixels_per_bin(double length, int64_t bins) {
  return (int)fmax(1, ceil(length * PIXELS_PER_POINT / (double)bins));
}

static void draw_dots(struct page *page, const struct box *box, const struct grid *grid) {
  page_colour(page, (struct rgb){1, 1, 1}, 1);
  cairo_rectangle(page->cairo, box->x, box->y, box->width, box->height);
  cairo_fill(page->cairo);
  page_colour(page, ink, 0.6);
  for (int64_t i = 0; i < grid->columns * grid->rows; i++) {
    if (!(grid->values[i] > 0)) continue;
    double column = (double)(i / grid->rows) + 0.5, row = (double)(i % grid->rows) + 0.5;
    cairo_new_path(page->cairo);
    cairo_arc(page->cairo, box->x + box->width * column / (double)grid->columns,
              box->y + box->height * (1 - row / (double)grid->rows), DOT * page->size, 0, 2 * acos(-1));
    cairo_fill(page->cairo);
  }
}

/* A bin has about as many pixels as a printer prints, so that bins stay sharp in viewers that smooth pixels. */
void density_draw(struct page *page, const struct panel *panel, const struct grid *grid, const struct shade *shade) {
  if (grid->dotted) {
    draw_dots(page, &panel->box, grid);
    return;
  }
  int across = pixels_per_bin(panel->box.width, grid->columns), up = pixels_per_bin(panel->box.height, grid->rows);
  int width = (int)grid->columns * across, height = (int)grid->rows * up;
  cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  unsigned char *data = cairo_image_surface_get_data(image);
  for (int y = 0; y < height && data; y++) {
    unsigned char *row = data + (ptrdiff_t)y * cairo_image_surface_get_stride(image);
    fill_row((uint32_t *)(void *)row, grid, grid->rows - 1 - y / up, across, shade); /* the highest row first */
  }
  if (data) stretch(page, image, &panel->box);
  cairo_surface_destroy(image);
}

/* ---- The colour bar ---- */

static void draw_gradient(struct page *page, const struct box *box, const struct shade *shade) {
  cairo_pattern_t *gradient = cairo_pattern_create_linear(box->x, 0, box->x + box->width, 0);
  for (int i = 0; i <= BAR_STEPS; i++) {
    double place = (double)i / BAR_STEPS;
    struct rgb c = colour_of(shade, shade->diverging ? 2 * place - 1 : place);
    cairo_pattern_add_color_stop_rgb(gradient, place, c.red, c.green, c.blue);
  }
  cairo_set_source(page->cairo, gradient);
  cairo_rectangle(page->cairo, box->x, box->y, box->width, box->height);
  cairo_fill(page->cairo);
  cairo_pattern_destroy(gradient);
}

/* A logarithmic scale has exponents on its axis. */
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
