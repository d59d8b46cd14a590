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

bool label_differs(const struct plot *plot, const char *name) {
  const char *first = NULL;
  for (const struct seam_option *option = seam_options(); option->name; option++) {
    if (strcmp(option->name, name)) continue;
    for (int r = 0; r < plot->count; r++) {
      seam_config *config = seam_result_config(plot->results[r]);
      if (strcmp(name, "task") && !option_counts(option, config)) continue;
      const char *value = seam_config_get(config, name);
      if (first && strcmp(first, value)) return true;
      if (!first) first = value;
    }
  }
  return false;
}

/* Kinds are printed as a pair. The list of counted histograms changes no density. */
static bool is_left_out(const char *name) {
  static const char *const names[] = {"first", "second", "histograms"};
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
    if (is_left_out(option->name) || !option_counts(option, config)) continue;
    bool named = shown && !strcmp(shown, option->name);
    if (named || label_differs(plot, option->name)) append(&label, option->name, seam_config_get(config, option->name));
  }
  return label;
}
