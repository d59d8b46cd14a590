/* SPDX-License-Identifier: Apache-2.0 */
/* The figures that seam plot draws, one file each; and the parts that they have in common. */
#ifndef SEAM_FIGURE_H
#define SEAM_FIGURE_H

#include "density.h"

/* What is drawn. */
struct plot {
  seam_result *results[2];
  int count;
  const struct selection *slice;
  bool logarithmic;
  const seam_comparison *comparison; /* of both, for draw_comparison */
};

seam_status draw_interface(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_transfer(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_margins(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_selection(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_snapshots(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_comparison(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_interchange(struct page *page, const struct plot *plot, seam_error *error);

/* ---- style.c: what means the same everywhere ---- */

extern const struct rgb outcome_colours[SEAM_OUTCOMES];
extern const char *const outcome_words[SEAM_OUTCOMES];
extern const char *const outcome_plurals[SEAM_OUTCOMES]; /* "Buffers" */

/* What a result counts: pairs where it is a prediction, or the weights of pairs in units of 2^-20. */
struct unit {
  const char *name, *axis; /* "chains" */
  double value;            /* of one count */
  double worth;            /* of one count in independent ones: pairs share components; 0 where that is not known */
};
struct unit unit_of(seam_result *result);

/* "Interface of pass: 207,036 chains, 0.3% of them outside the axes": a bold line from page->y on. */
void heading_draw(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ", 0.3% outside the axes", or nothing where nothing is. */
struct text outside_text(double inside, double all);

/* A strip of the page, from its y on. */
struct page column_of(const struct page *page, double left, double width);

/* Where the next entry of a key goes: at x, or on the next line where it has no room there. */
double key_place(struct page *page, double x, double width);

/* ---- shares.c ---- */

/* What became of the chains, or of the pairs that work: bars with 95% intervals. */
void shares_draw(struct page *page, seam_result *result);

/* ---- curve.c ---- */

/* A one-dimensional histogram in a panel whose axes it has. */
struct curve {
  double lower, upper;
  int64_t bins;
  const double *values;
  struct rgb colour;
  bool dashed, sideways; /* sideways: the bins go up along y */
};
void curve_draw(struct page *page, const struct panel *panel, const struct curve *curve);

/* ---- caption.c ---- */

/* The command that made each result, in small print. */
void caption_draw(struct page *page, const struct plot *plot);

#endif
