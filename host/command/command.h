/* SPDX-License-Identifier: Apache-2.0 */
/* The command line's own declarations. It knows the library by seam.h alone. */
#ifndef SEAM_COMMAND_H
#define SEAM_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/wilson.h"
#include "seam.h"

/* What one command was given. */
struct arguments {
  seam_config *config;
  const char **files; /* the operands, ended by NULL; freed by the caller */
  int file_count;
  const char *colour, *outcome, *repeat, *config_file, *output, *figure, *width; /* as given, or NULL */
  bool json, quiet, force, resume, log, dry_run, help, help_all;
  bool chains_given, beta_given; /* on the command line itself, not by --config */
};

enum operands {
  OPERANDS_NONE,
  OPERANDS_OPTIONAL,
  OPERANDS_ONE,
  OPERANDS_ONE_OR_TWO,
  OPERANDS_TWO,
  OPERANDS_ONE_OR_MORE,
  OPERANDS_MANY
};

/* One command of the program. */
struct command {
  const char *name;
  const char *usage;   /* what follows its name */
  const char *summary; /* one line for seam --help */
  const char *detail;  /* more of it for its own --help */
  const char *flags;   /* names of its flags, separated by blanks */
  const char *tasks;   /* takes the options of the configuration that one of these heeds; NULL: none */
  enum operands operands;
  bool joint; /* counts with all processes that were started together; rank 0 is alone in any other */
  seam_status (*run)(struct arguments *arguments, seam_error *error);
};

seam_status train_run(struct arguments *arguments, seam_error *error);
seam_status predict_run(struct arguments *arguments, seam_error *error);
seam_status show_run(struct arguments *arguments, seam_error *error);
seam_status plot_run(struct arguments *arguments, seam_error *error);
seam_status compare_run(struct arguments *arguments, seam_error *error);
seam_status merge_run(struct arguments *arguments, seam_error *error);
seam_status info_run(struct arguments *arguments, seam_error *error);
seam_status bench_run(struct arguments *arguments, seam_error *error);
seam_status sweep_run(struct arguments *arguments, seam_error *error);

/* ---- arguments.c: reading the command line ---- */

/* A flag of the command line that is no option of the configuration. */
struct flag {
  const char *name;
  const char *argument; /* what it takes, NULL for nothing */
  const char *help;
  size_t offset; /* in struct arguments: a bool, or the text where it takes one */
};
extern const struct flag all_flags[]; /* ended by a NULL name */

bool command_has_flag(const struct command *command, const char *flag);
bool command_has_option(const struct command *command, const seam_option *option);

/* Reads everything after the command's name; `arguments` has room for `count` operands. SEAM_ERROR_USAGE, or what
 * reading a --config file came to. */
seam_status arguments_read(const struct command *command, int count, char **words, struct arguments *arguments,
                           seam_error *error);

seam_status fail(seam_error *error, seam_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- train.c: commands that count and write a result ---- */

struct producer {
  const char *task;
  seam_status (*run)(const seam_config *config, seam_output *output, seam_progress_function progress, void *user,
                     seam_result **result, seam_error *error);
  void (*print_run)(seam_result *result); /* how much it did, how fast and on what */
};

seam_status produce(struct arguments *arguments, const struct producer *producer, seam_error *error);

/* ---- signals.c: an early end ---- */

void signals_catch(void);
bool signals_came(void);

/* ---- predict.c: what a prediction says ---- */

/* Nothing where the result is of training. */
void prediction_report(seam_result *result);
json_t *prediction_json(const seam_result *result); /* null then */

/* ---- groups.c: options and flags of a command in the order of use ---- */

struct entry {
  const char *name, *value, *help; /* `value` is the default or what it takes, NULL for nothing */
  const char *limits;              /* NULL for a flag */
};

struct group {
  const char *title;
  const char *const *names; /* ended by NULL */
};
extern const struct group groups[]; /* ended by a NULL title */

enum { MOST_ENTRIES = 64 };

/* Fills in what the command has of the group, which may be nothing, and returns how many. A command without options of
 * the configuration has all in the first group. */
size_t group_entries(const struct command *command, const struct group *group, struct entry *entries);

/* ---- wording.c ---- */

/* Puts what is right for the command in place of what is so for all; whether it is to be told of there. */
bool word_entry(const struct command *command, struct entry *entry);

/* ---- examples.c ---- */

struct example {
  const char *command, *line, *meaning;
};
extern const struct example examples[]; /* ended by a NULL command */

/* ---- help.c, man.c, completion.c: what is made of the tables ---- */

struct exit_code {
  seam_status status;
  const char *meaning;
};
extern const struct exit_code exit_codes[]; /* ended by a NULL meaning */

/* What the options' table cannot tell, from packaging/man/PAGE.txt; man.c says how it is written. */
struct manual {
  const char *page;         /* "seam", or a command's name */
  const char *const *lines; /* ended by NULL */
};
extern const struct manual manuals[]; /* ended by a NULL page */

void help_program(const struct command *commands);
void help_command(const struct command *command, bool all);
void man_program(const struct command *commands);
void man_command(const struct command *commands, const struct command *command);
void completion_print(const struct command *commands);

/* ---- about.c ---- */

/* Whether the words ask about the program itself, which is then told. */
bool about(const struct command *commands, int count, char **words, seam_status *status, seam_error *error);

/* ---- terminal.c: what the output can show ---- */

enum colours { COLOURS_NONE, COLOURS_256, COLOURS_24_BIT };

int terminal_columns(FILE *stream); /* 80 where it is no terminal and COLUMNS says nothing */
int terminal_rows(FILE *stream);    /* 0 where it is no terminal */
bool terminal_unicode(void);
enum colours terminal_colours(FILE *stream, const char *wish); /* wish: always, never, auto or NULL */

/* ---- text.c: numbers for people ---- */

struct text {
  char text[32];
};

struct text text_count(int64_t count);     /* 262,144 */
struct text text_si(double value);         /* 13.0M */
struct text text_percent(double fraction); /* 12.3%, 0.0012% */
struct text text_time(double seconds);     /* 3.21 s, 1:02:03 */

/* Prints `text` from column `at` on, broken at blanks to the terminal's width; further lines start at column `left`. */
void print_wrapped(const char *text, int at, int left);

/* ---- statistics.c ---- */

/* The value below which `fraction` of the entries of one row of a regular axis lie, linear within a bin; -INFINITY or
 * INFINITY where that is in the underflow or overflow bin, NAN where there are no entries. */
double histogram_quantile(const seam_axis *axis, const int64_t *row, double fraction);

double median(double *values, size_t count); /* sorts them */

/* ---- heatmap.c ---- */

/* Draws counts[u0][u1], flow bins included, u0 to the right and u1 upwards, brightness by the logarithm. */
void heatmap_draw(const seam_axis *u0, const seam_axis *u1, const int64_t *counts, enum colours colours);

/* ---- interchange.c: the chance that parts fit ---- */

enum { FITS = 3 }; /* none, one or both of the two swapped chains work */

/* Pairs of chains that pass, or ways to swap, by how many of the two swapped chains work. */
struct pairs {
  int64_t all, by_fits[FITS];
};

struct fit {
  struct pairs pairs;
  double chance; /* NAN where there are no pairs */
  struct interval interval;
};

/* Of pairs at distances of [low, high), edges of the histogram's bins, of a result that counted interchange. */
struct fit interchange_fit(const seam_result *result, int same_mode, struct interval distance);

/* Nothing where the result did not count it. */
void interchange_report(const seam_result *result, const seam_result *beside); /* a prediction, or NULL */
json_t *interchange_json(const seam_result *result);                           /* null then */

/* ---- differences.c ---- */

void differences_report(seam_result *const results[2]);

/* ---- sweep_dry.c: what seam sweep --dry-run says ---- */

seam_status sweep_tell_plan(struct arguments *arguments, seam_sweep *sweep, seam_error *error);

/* ---- report.c: what commands that count or read a result say alike ---- */

bool is_prediction(const seam_result *result);

void report_outcomes(const seam_result *result);
void report_result(seam_result *result); /* or the prediction */

/* The options that made a result, as the command line takes them. */
void report_config(seam_config *config);

/* Whether an option has a say in what this configuration counts, and not only in how it is run. */
bool option_counts(const seam_option *option, seam_config *config);

/* ---- selection.c: the values of --outcome ---- */

enum { OUTCOMES_COUNTED = 3 }; /* buffer, inverter, fail: the first axis of the histograms */

/* A choice of outcomes: bit o set takes outcome o. */
struct selection {
  const char *name;
  unsigned outcomes;
};

/* The first, pass, for no name; NULL for an unknown one. */
const struct selection *find_selection(const char *name);
seam_status unknown_selection(const char *name, seam_error *error);

int64_t selected_chains(const seam_result *result, const struct selection *selection);

/* The histogram summed over the chosen outcomes: without its first axis. Freed by the caller; NULL without memory. */
int64_t *sum_outcomes(const seam_histogram *histogram, const struct selection *selection);

/* ---- progress.c: the bar on stderr ---- */

struct progress_bar {
  bool shown; /* stderr is a terminal and nobody asked for quiet */
  bool unicode;
  const char *unit;    /* of the work: chain-steps or pairs */
  const char *counted; /* by id: chains or first components */
  double steps;        /* so many of them each chain */
  bool drawn;          /* something stands on the line */
  double seconds;      /* of the last report */
  double paused;       /* seconds of which nothing was reported */
};

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments);
void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress);
void progress_bar_clear(struct progress_bar *bar);

/* The bar of a sweep, whose point stands before its numbers. */
void progress_bar_draw_sweep(struct progress_bar *bar, const seam_sweep_progress *progress);

/* How much of the work is done, 0 to 1. */
double progress_fraction(const seam_progress *progress, double steps);

/* ---- json.c: JSON lines on stdout ---- */

/* A string even where `text` is not UTF-8: what is not becomes question marks. */
json_t *json_text(const char *text);

/* An object {"schema":1,"event":EVENT}; json_line prints one, takes its reference, and flushes. */
json_t *json_event(const char *event);
seam_status json_line(json_t *object, seam_error *error);

json_t *json_config(seam_config *config); /* every option that has a say in the counts, as text */
void json_progress(const seam_progress *progress, const struct progress_bar *bar);
void json_sweep_progress(const seam_sweep_progress *progress, const struct progress_bar *bar);

/* The last line of a training run; `output` is NULL where nothing was written. */
seam_status json_result(seam_result *result, bool interrupted, const char *output, seam_error *error);
seam_status json_file(seam_result *result, const char *file, seam_error *error); /* the record of a result file */
seam_status json_show(seam_result *result, const seam_result *beside, const char *file,
                      seam_error *error); /* what it says */
void json_failure(const seam_error *error);

#endif
