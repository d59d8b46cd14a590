/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a two-dimensional histogram in the terminal, with coloured half blocks or with plain characters. */
#include "command/heatmap.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/colour.h"
#include "command/common/terminal.h"
#include "command/common/text.h"
#include "command/common/ticks.h"

enum { SMALLEST_SIDE = 28, LARGEST_SIDE = 128, LABEL = 12, ROWS_BESIDES = 6 };
enum { NARROW = 40, NARROW_LABEL = 7, NARROW_LEGEND = 5, LEGEND = 16 };

/* An axis on pixels: `per` bins share a pixel, or one bin has `zoom` pixels. */
struct scale {
  const seam_axis *axis;
  int pixels, per, zoom;
};

struct mark {
  int pixel;
  char label[LABEL];
};

struct marks {
  int count, width; /* of the widest label */
  struct mark mark[MOST_TICKS];
};

struct map {
  struct scale x, y;
  int64_t *pixels;        /* [y][x] */
  int64_t least, largest; /* the ends of the scale */
  const struct unit *unit;
  enum colours colours;
  bool unicode;
};

static struct scale lay_out(const seam_axis *axis, int room) {
  struct scale scale = {axis, 0, 1, 1};
  if (axis->bins > room)
    scale.per = (int)((axis->bins + room - 1) / room);
  else
    scale.zoom = (int)(room / axis->bins);
  scale.pixels = (int)((axis->bins + scale.per - 1) / scale.per) * scale.zoom;
  return scale;
}

static int64_t pixel_sum(const struct map *map, const int64_t *counts, int x, int y) {
  int64_t stride = map->y.axis->bins + 2 * map->y.axis->flow, sum = 0;
  int64_t first_x = (int64_t)x / map->x.zoom * map->x.per, first_y = (int64_t)y / map->y.zoom * map->y.per;
  for (int64_t i = first_x; i < first_x + map->x.per && i < map->x.axis->bins; i++)
    for (int64_t j = first_y; j < first_y + map->y.per && j < map->y.axis->bins; j++)
      sum += counts[(i + map->x.axis->flow) * stride + j + map->y.axis->flow];
  return sum;
}

/* ---- Colour ---- */

static int eight_bits(double part) { return (int)(part * 255 + 0.5); }

static int cube_step(int value) { return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40; }

/* `what` is 38 for the foreground, 48 for the background. */
static void set_colour(enum colours colours, int what, double t) {
  struct rgb c = colour_sequential(t);
  int red = eight_bits(c.red), green = eight_bits(c.green), blue = eight_bits(c.blue);
  if (colours == COLOURS_24_BIT)
    printf("\033[%d;2;%d;%d;%dm", what, red, green, blue);
  else
    printf("\033[%d;5;%dm", what, 16 + 36 * cube_step(red) + 6 * cube_step(green) + cube_step(blue));
}

/* ---- Pixels ---- */

/* The brightness of a count, 0 to 1, by its logarithm. A single chain is visible. */
static double brightness(const struct map *map, int64_t count) {
  if (map->largest <= map->least) return 1;
  return fmax(0, log((double)count / (double)map->least) / log((double)map->largest / (double)map->least));
}

/* The scale of chains begins at one. Weights have a small unit, and their scale has five decades. */
static int64_t least_of(const struct unit *unit, int64_t largest) {
  return unit->value == 1 || largest < 100000 ? 1 : largest / 100000;
}

/* One character shows a lower and an upper pixel. */
static void draw_half_blocks(const struct map *map, int64_t lower, int64_t upper) {
  fputs("\033[0m", stdout);
  if (upper) set_colour(map->colours, 38, brightness(map, upper));
  if (upper && lower) set_colour(map->colours, 48, brightness(map, lower));
  if (!upper && lower) set_colour(map->colours, 38, brightness(map, lower));
  fputs(upper ? "▀" : lower ? "▄" : " ", stdout);
}

static void draw_character(const struct map *map, int64_t lower, int64_t upper) {
  static const char ramp[] = ".:-=+*#%@";
  int64_t count = lower > upper ? lower : upper;
  int last = (int)sizeof ramp - 2;
  putchar(count ? ramp[(int)(brightness(map, count) * last + 0.5)] : ' ');
}

static int64_t pixel(const struct map *map, int x, int y) {
  return y < map->y.pixels ? map->pixels[y * map->x.pixels + x] : 0;
}

/* ---- Axes ---- */

static struct marks find_marks(const struct scale *scale, int wanted) {
  struct marks marks = {0};
  double span = scale->axis->upper - scale->axis->lower, step = tick_step(span, wanted);
  int decimals = tick_decimals(step);
  for (double k = ceil(scale->axis->lower / step - 1e-9); marks.count < MOST_TICKS; k++) {
    double place = (k * step - scale->axis->lower) / span;
    if (place > 1 + 1e-9) break;
    struct mark *mark = &marks.mark[marks.count++];
    mark->pixel = (int)fmin(fmax(place, 0) * scale->pixels, scale->pixels - 1);
    int width = snprintf(mark->label, sizeof mark->label, "%.*f", decimals, k * step + 0.0);
    if (width > marks.width) marks.width = width < LABEL ? width : LABEL - 1;
  }
  return marks;
}

static const struct mark *mark_at(const struct marks *marks, int from, int to) {
  for (int i = 0; i < marks->count; i++)
    if (marks->mark[i].pixel >= from && marks->mark[i].pixel < to) return &marks->mark[i];
  return NULL;
}

static void draw_rows(const struct map *map, const struct marks *marks) {
  for (int y = (map->y.pixels - 1) / 2 * 2; y >= 0; y -= 2) {
    const struct mark *mark = mark_at(marks, y, y + 2);
    printf("%*s%s", marks->width, mark ? mark->label : "", map->unicode ? mark ? "┤" : "│" : mark ? "+" : "|");
    for (int x = 0; x < map->x.pixels; x++) {
      int64_t lower = pixel(map, x, y), upper = pixel(map, x, y + 1);
      if (map->colours)
        draw_half_blocks(map, lower, upper);
      else
        draw_character(map, lower, upper);
    }
    puts(map->colours ? "\033[0m" : "");
  }
}

static void draw_bottom(const struct map *map, const struct marks *marks, int left) {
  printf("%*s%s", left, "", map->unicode ? "└" : "+");
  for (int x = 0; x < map->x.pixels; x++) {
    bool tick = mark_at(marks, x, x + 1);
    fputs(map->unicode ? tick ? "┬" : "─" : tick ? "+" : "-", stdout);
  }
  putchar('\n');
  int column = 0, end = left + 1 + map->x.pixels;
  for (int i = 0; i < marks->count; i++) {
    int width = (int)strlen(marks->mark[i].label);
    int start = left + 1 + marks->mark[i].pixel - width / 2;
    if (start + width > end) start = end - width;
    if (start <= column && column) continue; /* no room beside the last label */
    column += printf("%*s%s", start - column, "", marks->mark[i].label);
  }
  putchar('\n');
}

static void draw_legend(const struct map *map, int left) {
  char axes[160];
  double side = (map->x.axis->upper - map->x.axis->lower) / (double)map->x.axis->bins * map->x.per;
  int length = terminal_columns(stdout) < NARROW ? NARROW_LEGEND : LEGEND;
  snprintf(axes, sizeof axes, "%.16s to the right, %.16s upwards, in V; %s per square of %.3g V:", map->x.axis->name,
           map->y.axis->name, map->unit->axis, side);
  print_wrapped(axes, printf("%*s", left + 1, ""), left + 1);
  printf("%*s%s ", left + 1, "", unit_text(map->unit, (double)map->least).text);
  double decades = log((double)map->largest / (double)map->least);
  for (int i = 0; i < length && map->largest > map->least; i++) {
    int64_t count = (int64_t)((double)map->least * exp(decades * i / (length - 1)) + 0.5);
    if (map->colours)
      draw_half_blocks(map, count, count);
    else
      draw_character(map, count, count);
  }
  printf("%s %s\n", map->colours ? "\033[0m" : "", unit_text(map->unit, (double)map->largest).text);
}

/* How many pixels a side the terminal has room for. The picture may scroll, but its lines must not wrap. */
static int side_of_terminal(void) {
  int rows = terminal_rows(stdout), columns = terminal_columns(stdout);
  int side = columns - (columns < NARROW ? NARROW_LABEL : LABEL), high = 2 * (rows - ROWS_BESIDES);
  if (high < SMALLEST_SIDE) high = SMALLEST_SIDE;
  if (rows > 0 && side > high) side = high;
  return side > LARGEST_SIDE ? LARGEST_SIDE : side;
}

void heatmap_draw(const seam_axis *u0, const seam_axis *u1, const int64_t *counts, const struct unit *unit,
                  enum colours colours) {
  int room = side_of_terminal();
  struct map map = {lay_out(u0, room), lay_out(u1, room), NULL, 0, 0, unit, colours, colours != COLOURS_NONE};
  map.pixels = malloc((size_t)map.x.pixels * (size_t)map.y.pixels * sizeof *map.pixels);
  if (!map.pixels) return;
  for (int y = 0; y < map.y.pixels; y++) {
    for (int x = 0; x < map.x.pixels; x++) {
      int64_t sum = pixel_sum(&map, counts, x, y);
      map.pixels[y * map.x.pixels + x] = sum;
      if (sum > map.largest) map.largest = sum;
    }
  }
  map.least = least_of(unit, map.largest);
  struct marks x_marks = find_marks(&map.x, 8), y_marks = find_marks(&map.y, 8);
  draw_rows(&map, &y_marks);
  draw_bottom(&map, &x_marks, y_marks.width);
  draw_legend(&map, y_marks.width);
  free(map.pixels);
}
