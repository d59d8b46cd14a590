/* SPDX-License-Identifier: Apache-2.0 */
/* The figures that seam plot draws, one file each; and the parts that they have in common. */
#ifndef SEAM_FIGURE_H
#define SEAM_FIGURE_H

#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/figure/density.h"

/* Results get letters for names, and curves colours that are told apart. */
enum { MOST_RESULTS = 24, MOST_OVERLAID = 7 };

/* What is drawn. */
struct plot {
  seam_result *results[MOST_RESULTS];
  int count;
  const struct selection *selection;
  bool logarithmic;
  seam_comparison *comparison; /* of two results, for draw_comparison; or what draw_map draws alone */
};

seam_status draw_interface(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_transfer(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_margins(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_selection(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_snapshots(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_comparison(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_interchange(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_map(struct page *page, const struct plot *plot, seam_error *error);

/* Compares the two results, unless that is done. */
seam_status prepare_comparison(struct plot *plot, const char *outcome, bool force, seam_error *error);

/* draw_interface of several results. */
seam_status draw_interfaces(struct page *page, const struct plot *plot, seam_error *error);

/* ---- style.c: what means the same everywhere ---- */

extern const struct rgb outcome_colours[SEAM_OUTCOMES];
extern const char *const outcome_words[SEAM_OUTCOMES];
extern const char *const outcome_plurals[SEAM_OUTCOMES]; /* "Buffers" */

/* The histogram that tells the chosen interfaces: of a prediction all is its first components, as in seam compare. */
const seam_histogram *compared_histogram(const seam_result *result, const struct selection *selection);

/* The outcomes of that histogram to add up. The Gibbs law of all chains is the weight of both modes. The row "fail" of
 * its interface holds the weight that the pairs lack, which is no part of the law. */
const struct selection *compared_outcomes(const seam_result *result, const struct selection *slice);

/* What a result counts: pairs where it is a prediction, or the weights of pairs in units of 2^-20. */
struct unit {
  const char *name, *axis; /* "chains" */
  double value;            /* of one count */
};
struct unit unit_of(seam_result *result);

/* How many independent entries one count of the chosen interfaces is worth: pairs share components. 0 where that is not
 * known. */
double effective_sample_of(seam_result *result, const struct selection *selection);

/* "Interface of pass: 207,036 chains, 0.3% of them outside the axes": a bold line from page->y on. */
void heading_draw(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ", 0.3% outside the axes", or nothing where nothing is. */
struct text outside_text(double inside, double all);

/* A strip of the page, from its y on. */
struct page column_of(const struct page *page, double left, double width);

/* Where a designer would put it, 0 V for 0 and 1 V for 1 or the reverse; and the diagonal, where levels are one. */
void landmarks_draw(struct page *page, const struct panel *panel);

/* Where the next entry of a key goes: at x, or on the next line where it has no room there. */
double key_place(struct page *page, double x, double width);

/* ---- label.c: what tells several results apart ---- */

struct label {
  char text[512];
};

/* "B: steps 300, lr 0.1": a letter, and the options in which the results differ. */
struct label label_of(const struct plot *plot, int result);

/* Whether the results that heed an option differ in it. */
bool label_differs(const struct plot *plot, const char *option);

/* ---- shares.c ---- */

/* What became of the chains, or of the pairs that work: bars with 95% intervals. */
void shares_draw(struct page *page, seam_result *result);

/* The same as one bar with its numbers below it, from page->y on, and what the colours mean. */
void shares_draw_strip(struct page *page, seam_result *result);
void shares_draw_key(struct page *page);

/* ---- curve.c ---- */

/* A one-dimensional histogram in a panel whose axes it has. */
struct curve {
  double lower, upper;
  int64_t bins;
  const double *values;
  struct rgb colour;
  bool dashed, bare, sideways; /* bare: not filled below, nor is a dashed one; sideways: the bins go up along y */
};
void curve_draw(struct page *page, const struct panel *panel, const struct curve *curve);

/* ---- caption.c ---- */

/* The command that made each result, or what three and more have in common, in small print. */
void caption_draw(struct page *page, const struct plot *plot);

#endif
