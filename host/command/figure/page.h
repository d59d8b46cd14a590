/* SPDX-License-Identifier: Apache-2.0 */
/* The page that a figure is drawn on: PNG, SVG or PDF, as wide as asked and as high as it comes out; and its text. */
#ifndef SEAM_PAGE_H
#define SEAM_PAGE_H

#include <cairo.h>
#include <stdbool.h>

#include "command/common/colour.h"
#include "seam.h"

/* Lengths are in points, y goes down. */
struct box {
  double x, y, width, height;
};

struct page {
  cairo_t *cairo;
  double left, width; /* within the margins */
  double y;           /* where there is room from */
  double size;        /* of text, and so of all that keeps a distance from text */
  bool wide;          /* room for two things side by side */
};

struct format;

/* By the end of the file's name; NULL for an unknown one. */
const struct format *format_of(const char *path);

/* What is drawn: `parts` of them, each by its number. */
struct document {
  int parts;
  seam_status (*draw)(struct page *page, const void *user, int part, seam_error *error);
  void (*end)(struct page *page, const void *user); /* below the last part of a page */
  const void *user;
};

/* PDF has a page for each part, the others have all parts below one another. Draws twice, first to learn the height.
 * *bytes are the file's, freed by the caller. */
seam_status page_render(const struct format *format, double width, const struct document *document,
                        unsigned char **bytes, size_t *size, seam_error *error);

/* Says that there is no memory for the figure. */
seam_status figure_out_of_memory(seam_error *error);

/* ---- Text ---- */

extern const struct rgb ink, faint_ink; /* of text and axes; of what stands back */

/* Part of its width that lies left of its place. */
#define LEFT_ALIGNED  0.0
#define CENTRED       0.5
#define RIGHT_ALIGNED 1.0

void page_colour(struct page *page, struct rgb colour, double opacity);
void page_font(struct page *page, double factor, bool bold); /* of the page's size, until the next call */
double page_text_width(struct page *page, const char *text);

/* Capitals stand with their middle at y. */
void page_text(struct page *page, double x, double y, double align, const char *text);
void page_text_up(struct page *page, double x, double y, const char *text); /* read from below, its middle at x, y */

/* The length of the longest beginning of `text` that has no more than `most` bytes and cuts no character of UTF-8: half
 * of one cannot be drawn. */
size_t text_within(const char *text, size_t most);

/* Lines over the whole width, broken at blanks, from page->y on, which goes below them. */
void page_paragraph(struct page *page, const char *text);
double page_paragraph_height(struct page *page, const char *text);

#endif
