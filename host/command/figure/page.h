/* SPDX-License-Identifier: Apache-2.0 */
/* The page that a figure is drawn on, as PNG, SVG or PDF, and its text. */
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
  double left, width; /* between the margins */
  double y;           /* the top of the free room */
  double size;        /* of text; distances are multiples of it */
  bool wide;          /* room for two things side by side */
  bool no_memory;     /* something could not be drawn */
};

struct format;

/* Finds the format by the end of the file name. NULL if it is unknown. */
const struct format *format_of(const char *path);

/* A document of `parts`, which `draw` draws by their numbers. */
struct document {
  int parts;
  seam_status (*draw)(struct page *page, const void *user, int part, seam_error *error);
  void (*end)(struct page *page, const void *user); /* draws below the last part of each page */
  const void *user;
  const char *description; /* plain text that the file keeps beside the picture */
};

/* The content of a file, which the caller frees, and the height of its last page in points. */
struct drawing {
  unsigned char *bytes;
  size_t size;
  double height;
};

/* Draws the document. A PDF has a page for each part; the other formats have all parts below one another. Each page is
 * drawn twice, first to find its height. */
seam_status page_render(const struct format *format, double width, const struct document *document,
                        struct drawing *drawing, seam_error *error);

/* Whether the format has a page for each part. */
bool format_has_pages(const struct format *format);

/* Says that there is no memory for the figure. */
seam_status figure_out_of_memory(seam_error *error);

/* ---- Text ---- */

extern const struct rgb ink, faint_ink; /* of text and axes; of less important text */

/* The part of the width of a text that lies left of its place. */
#define LEFT_ALIGNED  0.0
#define CENTRED       0.5
#define RIGHT_ALIGNED 1.0

void page_colour(struct page *page, struct rgb colour, double opacity);
void page_font(struct page *page, double factor,
               bool bold); /* `factor` times the size of the page, until the next call */
/* Sets the font, smaller if `text` would be wider than `room`. */
void page_font_within(struct page *page, double factor, const char *text, double room);
double page_text_width(struct page *page, const char *text);

/* The middle of capital letters is at y. */
void page_text(struct page *page, double x, double y, double align, const char *text);
void page_text_up(struct page *page, double x, double y, const char *text); /* rotated, its middle at x, y */

/* The length of the longest beginning of `text` that has at most `most` bytes and does not end inside a UTF-8
 * character. */
size_t text_within(const char *text, size_t most);

/* Prints lines over the whole width from page->y on, and moves page->y below them. */
void page_paragraph(struct page *page, const char *text);
double page_paragraph_height(struct page *page, const char *text);

#endif
