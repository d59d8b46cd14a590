/* SPDX-License-Identifier: Apache-2.0 */
/* Labels that distinguish several results: a letter for each, and the options in which they differ. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/common/result_kind.h"
#include "command/figure/figure.h"

#define GAP "\u00a0" /* a no-break space */

/* The name of a task, printed if the results have different tasks, and an option to print with it. */
static const struct {
  const char *task, *name, *option;
} tasks[] = {{"train", "training", NULL}, {"predict", "prediction", NULL}, {"gibbs", "Gibbs law", "beta"}};

/* Only Langevin training has a beta. */
static bool is_used(const seam_option *option, seam_config *config) {
  bool beta = !strcmp(option->name, "beta") && !strcmp(seam_config_get(config, "task"), "train");
  return option_counts(option, config) && !(beta && strcmp(seam_config_get(config, "optimizer"), "langevin") != 0);
}

bool label_differs(const struct plot *plot, const char *name) {
  const char *first = NULL;
  for (const struct seam_option *option = seam_options(); option->name; option++) {
    if (strcmp(option->name, name)) continue;
    for (int r = 0; r < plot->count; r++) {
      seam_config *config = seam_result_config(plot->results[r]);
      if (strcmp(name, "task") && !is_used(option, config)) continue;
      const char *value = seam_config_get(config, name);
      if (first && strcmp(first, value)) return true;
      if (!first) first = value;
    }
  }
  return false;
}

/* Kinds are printed as a pair, and the number of chains beside the label. The list of counted histograms changes no
 * density. */
static bool is_left_out(const char *name) {
  static const char *const names[] = {"first", "second", "chains", "histograms"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

/* Cuts what has no room. */
static void put(struct label *label, const char *text) {
  size_t length = strlen(label->text), more = text_within(text, sizeof label->text - 1 - length);
  memcpy(label->text + length, text, more);
  label->text[length + more] = '\0';
}

static void append(struct label *label, const char *text, const char *value) {
  size_t length = strlen(label->text);
  put(label, length == 0 ? "" : length == 1 ? ": " : ", ");
  put(label, text);
  if (!value) return;
  put(label, GAP);
  put(label, value);
}

static void append_pair(struct label *label, seam_config *config) {
  char pair[64];
  int length = snprintf(pair, sizeof pair, "%.20s", seam_config_get(config, "first"));
  snprintf(pair + length, sizeof pair - (size_t)length, GAP "×" GAP "%.20s", seam_config_get(config, "second"));
  append(label, pair, NULL);
}

static void append_task(struct label *label, seam_config *config, const char **shown) {
  for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
    if (strcmp(tasks[i].task, seam_config_get(config, "task"))) continue;
    append(label, tasks[i].name, NULL);
    *shown = tasks[i].option;
  }
}

struct label label_of(const struct plot *plot, int r) {
  struct label label = {{(char)('A' + r)}};
  seam_config *config = seam_result_config(plot->results[r]);
  const char *shown = NULL;
  if (label_differs(plot, "task")) append_task(&label, config, &shown);
  if (label_differs(plot, "first") || label_differs(plot, "second")) append_pair(&label, config);
  for (const seam_option *option = seam_options(); option->name; option++) {
    if (is_left_out(option->name) || !is_used(option, config)) continue;
    bool named = shown && !strcmp(shown, option->name);
    if (named || label_differs(plot, option->name)) append(&label, option->name, seam_config_get(config, option->name));
  }
  return label;
}

/* ---- Numbers ---- */

/* Numbers of pairs are long, so they are rounded. */
static struct text short_count(const struct unit *unit, double count) {
  double value = count * unit->value;
  return value >= 1e6 && strcmp(unit->name, "chains") != 0 ? text_si(value) : unit_text(unit, count);
}

struct label number_of(seam_result *result, const struct selection *selection) {
  struct label label;
  struct unit unit = unit_of(result);
  double all = is_prediction(result) ? 0 : (double)seam_result_chains(result);
  double chosen = (double)selected_chains(result, selection);
  for (int outcome = 0; outcome < SEAM_OUTCOMES && is_prediction(result); outcome++)
    all += (double)seam_result_count(result, (seam_outcome)outcome);
  if (compared_histogram(result, selection) != seam_result_histogram(result, "interface"))
    snprintf(label.text, sizeof label.text, "%s first components",
             text_count((int64_t)seam_result_chains(result)).text);
  else if (chosen == all)
    snprintf(label.text, sizeof label.text, "%s %s", short_count(&unit, all).text, unit.name);
  else
    snprintf(label.text, sizeof label.text, "%s of %s %s", short_count(&unit, chosen).text,
             short_count(&unit, all).text, unit.name);
  return label;
}

/* Of results of several tasks, and of the file of a comparison, the words are those for chains. */
const char *chosen_words(const struct plot *plot) {
  enum { CHAINS, PAIRS, WEIGHTS, UNITS, CHOICES = ALL_OUTCOMES + 1 };
  static const char *const words[UNITS][CHOICES] = {
      {NULL, "the buffers", "the inverters", "the chains that work", "the chains that fail", NULL, NULL, "all chains"},
      {NULL, "the pairs that are buffers", "the pairs that are inverters", "the pairs that work", "the pairs that fail",
       NULL, NULL, "all pairs"},
      {NULL, "the Gibbs law where u₁ > u₀", "the Gibbs law where u₁ ≤ u₀", "the Gibbs law", NULL, NULL, NULL,
       "the Gibbs law"}};
  int unit = plot->count == 0 || !is_prediction(plot->results[0]) ? CHAINS
             : is_gibbs_law(plot->results[0])                     ? WEIGHTS
                                                                  : PAIRS;
  return words[label_differs(plot, "task") ? CHAINS : unit][plot->selection->outcomes];
}
