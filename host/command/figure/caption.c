/* SPDX-License-Identifier: Apache-2.0 */
/* The command that made each result, in small print: whoever has the figure can make it again. */
#include <string.h>

#include "figure.h"

/* What a reader wants to know even where it is the default; and --beta is what makes a prediction weigh. */
static bool is_told(const char *name, seam_config *config) {
  static const char *const told[] = {"first", "second", "chains", "draws", "seed", "steps", "optimizer", "lr"};
  if (!strcmp(name, "beta")) return !strcmp(seam_config_get(config, "task"), "gibbs");
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    if (!strcmp(told[i], name)) return true;
  return false;
}

static const char *command_of(seam_config *config) {
  return strcmp(seam_config_get(config, "task"), "train") ? "predict" : "train";
}

/* "A: seam 0.1.0: seam train --first mlp8 ..." */
static void draw_command(struct page *page, seam_result *result, const char *before, seam_config *defaults) {
  char text[4096];
  seam_config *config = seam_result_config(result);
  size_t length =
      (size_t)snprintf(text, sizeof text, "%sseam %s %s", before, seam_result_run(result).version, command_of(config));
  for (const seam_option *option = seam_options(); option->name; option++) {
    if (!option_counts(option, config) || length >= sizeof text) continue;
    bool usual = !strcmp(seam_config_get(config, option->name), seam_config_get(defaults, option->name));
    if (usual && !is_told(option->name, config)) continue;
    const char *value = seam_config_get(config, option->name);
    length += (size_t)snprintf(text + length, sizeof text - length, " --%s %s", option->name, value);
  }
  page_paragraph(page, text);
}

void caption_draw(struct page *page, const struct plot *plot) {
  static const char *const names[] = {"A: ", "B: "};
  seam_config *defaults = seam_config_create();
  if (!defaults) return;
  page_font(page, 0.8, false);
  page_colour(page, faint_ink, 1);
  for (int r = 0; r < plot->count; r++) draw_command(page, plot->results[r], plot->count > 1 ? names[r] : "", defaults);
  seam_config_free(defaults);
}
