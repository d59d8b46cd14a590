/* SPDX-License-Identifier: Apache-2.0 */
/* Prints below a figure the commands that made its results, so that a reader can make the results again. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "command/common/result_kind.h"
#include "command/figure/figure.h"

enum { ROOM = 4096, MOST_COMMANDS = 2 };

static const char *const names[MOST_COMMANDS] = {"A: ", "B: "};

/* These options are printed even if they have their default values. --beta makes a prediction weigh its pairs. */
static bool is_printed(const char *name, seam_config *config) {
  static const char *const printed[] = {"first", "second", "chains", "draws", "seed", "steps", "optimizer", "lr"};
  if (!strcmp(name, "beta")) return !strcmp(seam_config_get(config, "task"), "gibbs");
  for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
    if (!strcmp(printed[i], name)) return true;
  return false;
}

static const char *command_of(seam_config *config) {
  return strcmp(seam_config_get(config, "task"), "train") ? "predict" : "train";
}

/* Appends " --first mlp8 --second mlp8 ...". Leaves out the options in which the results of `plot` differ, unless
 * `plot` is NULL. */
static void append_options(char text[ROOM], seam_config *config, seam_config *defaults, const struct plot *plot) {
  size_t length = strlen(text);
  for (const seam_option *option = seam_options(); option->name; option++) {
    if (!option_counts(option, config) || length >= ROOM) continue;
    bool usual = !strcmp(seam_config_get(config, option->name), seam_config_get(defaults, option->name));
    if (usual && !is_printed(option->name, config)) continue;
    if (plot && label_differs(plot, option->name)) continue;
    const char *value = seam_config_get(config, option->name);
    length += (size_t)snprintf(text + length, ROOM - length, " --%s %s", option->name, value);
  }
}

/* "A: seam 0.1.0 train --first mlp8 ..." */
static void draw_command(struct page *page, seam_config *config, const char *version, const char *before,
                         seam_config *defaults) {
  char text[ROOM];
  snprintf(text, sizeof text, "%sseam %s%s", before, version, command_of(config));
  append_options(text, config, defaults, NULL);
  page_paragraph(page, text);
}

/* Two results of the same task and version share one line. */
static bool is_alike(const struct plot *plot, int a, int b) {
  char task[32];
  snprintf(task, sizeof task, "%s", seam_config_get(seam_result_config(plot->results[a]), "task"));
  return !strcmp(task, seam_config_get(seam_result_config(plot->results[b]), "task")) &&
         !strcmp(seam_result_run(plot->results[a]).version, seam_result_run(plot->results[b]).version);
}

/* Prints "A, B, C: seam 0.1.0 train --first mlp8 ...": the options that result r shares with all results like it. A
 * result before r that is like it has printed this line already. */
static void draw_shared(struct page *page, const struct plot *plot, int r, seam_config *defaults) {
  char text[ROOM] = "";
  size_t length = 0;
  for (int i = 0; i < r; i++)
    if (is_alike(plot, i, r)) return;
  for (int i = r; i < plot->count; i++)
    if (is_alike(plot, i, r))
      length += (size_t)snprintf(text + length, sizeof text - length, "%s%c", i > r ? ", " : "", 'A' + i);
  seam_config *config = seam_result_config(plot->results[r]);
  snprintf(text + length, sizeof text - length, ": seam %s %s",
           printable(seam_result_run(plot->results[r]).version).text, command_of(config));
  append_options(text, config, defaults, plot);
  page_paragraph(page, text);
}

/* Prints a command for each result; two results are called A and B. */
static void draw_commands(struct page *page, const struct plot *plot, seam_config *defaults) {
  for (int r = 0; r < plot->count; r++) {
    char version[48];
    snprintf(version, sizeof version, "%.40s ", printable(seam_result_run(plot->results[r]).version).text);
    draw_command(page, seam_result_config(plot->results[r]), version, plot->count > 1 ? names[r] : "", defaults);
  }
}

/* The file of a comparison does not record versions. */
static void draw_compared(struct page *page, seam_comparison *comparison, seam_config *defaults) {
  for (int side = 0; side < MOST_COMMANDS; side++)
    draw_command(page, seam_comparison_config(comparison, side), "", names[side], defaults);
}

/* Appends "A: seam 0.1.0 train --first mlp8 ..." and a new line. */
static void describe_command(char *text, seam_config *config, const char *version, const char *name,
                             seam_config *defaults) {
  size_t length = strlen(text);
  char options[ROOM] = "";
  append_options(options, config, defaults, NULL);
  snprintf(text + length, DESCRIPTION - length, "%s%sseam %s%s%s", length ? "\n" : "", name, version,
           command_of(config), options);
}

void caption_describe(const struct plot *plot, char text[DESCRIPTION]) {
  seam_config *defaults = seam_config_create();
  text[0] = '\0';
  for (int r = 0; defaults && r < plot->count; r++) {
    char version[48], name[8] = "";
    snprintf(version, sizeof version, "%.40s ", printable(seam_result_run(plot->results[r]).version).text);
    if (plot->count > 1) snprintf(name, sizeof name, "%c: ", 'A' + r);
    describe_command(text, seam_result_config(plot->results[r]), version, name, defaults);
  }
  for (int side = 0; defaults && plot->count == 0 && side < MOST_COMMANDS; side++)
    describe_command(text, seam_comparison_config(plot->comparison, side), "", names[side], defaults);
  seam_config_free(defaults);
}

void caption_draw(struct page *page, const struct plot *plot) {
  seam_config *defaults = seam_config_create();
  page->no_memory = !defaults;
  if (!defaults) return;
  page_font(page, 0.8, false);
  page_colour(page, faint_ink, 1);
  if (plot->count == 0) draw_compared(page, plot->comparison, defaults);
  if (plot->count <= MOST_COMMANDS) draw_commands(page, plot, defaults);
  for (int r = 0; plot->count > MOST_COMMANDS && r < plot->count; r++) draw_shared(page, plot, r, defaults);
  seam_config_free(defaults);
}
