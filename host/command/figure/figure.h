/* SPDX-License-Identifier: Apache-2.0 */
/* The figures that seam plot draws, and the parts that they share.
 *
 * Each figure has a file and a function draw_NAME(page, plot, error), which draws from page->y on and moves it below
 * the figure. A figure is drawn twice, first without output, because the height of the page is not known before. */
#ifndef SEAM_FIGURE_H
#define SEAM_FIGURE_H

#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/figure/density.h"

/* Each result has a letter for its name, and each overlaid curve has its own colour. */
enum { MOST_RESULTS = 24, MOST_OVERLAID = 7 };

/* The data that figures are drawn from. */
struct plot {
  seam_result *results[MOST_RESULTS];
  int count;
  const struct selection *selection;
  bool logarithmic;
  seam_comparison *comparison; /* of two results for draw_comparison, or of a file for draw_map */
};

seam_status draw_interface(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_transfer(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_margins(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_selection(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_snapshots(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_comparison(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_interchange(struct page *page, const struct plot *plot, seam_error *error);
seam_status draw_map(struct page *page, const struct plot *plot, seam_error *error);

/* Compares the two results if they are not compared yet. */
seam_status prepare_comparison(struct plot *plot, const char *outcome, bool force, seam_error *error);

/* Draws the interfaces of several results. */
seam_status draw_interfaces(struct page *page, const struct plot *plot, seam_error *error);

/* ---- style.c: what all figures share ---- */

extern const struct rgb outcome_colours[SEAM_OUTCOMES];
extern const char *const outcome_words[SEAM_OUTCOMES];
extern const char *const law_note; /* what figures show of a Gibbs law */

/* For curves and dots of anything else: neither blue nor orange, and also different in lightness. */
enum { SERIES_COLOURS = 4 };
extern const struct rgb series_colours[SERIES_COLOURS];
extern const char *const outcome_plurals[SEAM_OUTCOMES]; /* "Buffers" */

/* The histogram of the chosen interfaces. For all pairs of a prediction it is that of its first components, as in seam
 * compare. */
const seam_histogram *compared_histogram(const seam_result *result, const struct selection *selection);

/* The effective sample size of the chosen interfaces, divided by their count. It is 1 for chains. It is less than 1 for
 * pairs, because they share components, and 0 if it is not known. */
double effective_sample_of(seam_result *result, const struct selection *selection);

/* Prints a bold line from page->y on: "Interface of pass: 207,036 chains, 0.3% outside". */
void heading_draw(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ", 0.3% outside", or an empty text if nothing is outside of the axes. */
struct text outside_text(double inside, double all);

/* A narrower page: a strip of `page`. */
struct page column_of(const struct page *page, double left, double width);

/* A dot on paper, filled or hollow. */
void dot_draw(struct page *page, double x, double y, struct rgb colour, bool hollow);

/* Marks the two interfaces that a designer would choose, (0 V, 1 V) and (1 V, 0 V), and the diagonal u0 = u1. */
void landmarks_draw(struct page *page, const struct panel *panel);

/* The place of the next entry of a key: x, or the start of the next line if there is no room. */
double key_place(struct page *page, double x, double width);

/* ---- label.c ---- */

struct label {
  char text[512];
};

/* "B: steps 300, lr 0.1": the letter of a result, and the options in which the results differ. */
struct label label_of(const struct plot *plot, int result);

/* "6,749 of 8,000 chains": how many of the result are chosen. */
struct label number_of(seam_result *result, const struct selection *selection);

/* "the chains that work": the chosen ones in words. */
const char *chosen_words(const struct plot *plot);

/* Whether the results differ in an option. Results that ignore the option do not matter. */
bool label_differs(const struct plot *plot, const char *option);

/* ---- order.c ---- */

/* The option in which the results differ, if it is the only one and its values are numbers. Else NULL. Seeds do not
 * matter if another option differs. */
const char *ordering_option(const struct plot *plot);

/* The place of a result, from 0 to 1, by its value of that option. */
double order_place(const struct plot *plot, int result, const char *option);

/* Puts three or more results into the order of that option, if there is one. Two stay as given, as in seam compare. */
void order_results(struct plot *plot);

/* ---- shares.c ---- */

/* Draws a bar with a 95% interval for each outcome of the chains, or for each mode of the pairs that work. */
void shares_draw(struct page *page, seam_result *result);

/* Draws the same as one bar with its numbers below it, and the key of its colours, for the outcomes
 * that some result has. */
void shares_draw_strip(struct page *page, seam_result *result);
void shares_draw_key(struct page *page, const struct plot *plot);

/* ---- curve.c ---- */

/* A one-dimensional histogram in a panel. */
struct curve {
  double lower, upper;
  int64_t bins;
  const double *values;
  struct rgb colour;
  bool dashed, bare, sideways; /* bare or dashed: not filled below; sideways: the bins go along y */
};
void curve_draw(struct page *page, const struct panel *panel, const struct curve *curve);

/* ---- caption.c ---- */

/* Prints the command that made each result. Three or more results that are alike share one line. */
void caption_draw(struct page *page, const struct plot *plot);

enum { DESCRIPTION = 65536 };

/* The whole command of each result, one a line: what the file of a figure keeps. */
void caption_describe(const struct plot *plot, char text[DESCRIPTION]);

#endif
