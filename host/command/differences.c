/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the options in which two results differ. */
#include "command/differences.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "command/common/result_kind.h"
#include "command/common/text.h"

/* "trained chains (--steps 1000, --optimizer adam, --lr 0.01)" */
static void describe_training(seam_config *config, char *text, size_t size) {
  static const char *const shown[] = {"steps", "optimizer", "lr"};
  size_t length = (size_t)snprintf(text, size, "trained chains");
  for (size_t i = 0; i < sizeof shown / sizeof *shown && length < size; i++)
    length += (size_t)snprintf(text + length, size - length, "%s--%s %s", i > 0 ? ", " : " (", shown[i],
                               seam_config_get(config, shown[i]));
  if (length < size) snprintf(text + length, size - length, ")");
}

static void describe_making(seam_result *result, char *text, size_t size) {
  seam_prediction prediction;
  seam_config *config = seam_result_config(result);
  if (!seam_result_prediction(result, &prediction))
    describe_training(config, text, size);
  else if (prediction.weighed)
    snprintf(text, size, "drew pairs and weighed them (--beta %s)", seam_config_get(config, "beta"));
  else
    snprintf(text, size, "drew pairs and counted those that work");
}

/* Prints how both results were made, if they have different tasks. */
static bool print_makings(seam_result *const results[2]) {
  char makings[2][256], text[2 * sizeof *makings + 32], task[16];
  snprintf(task, sizeof task, "%s", seam_config_get(seam_result_config(results[0]), "task"));
  if (!strcmp(task, seam_config_get(seam_result_config(results[1]), "task"))) return false;
  for (int r = 0; r < 2; r++) describe_making(results[r], makings[r], sizeof makings[r]);
  snprintf(text, sizeof text, "A %s; B %s.", makings[0], makings[1]);
  make_printable(text);
  print_wrapped(text, 0, 2);
  return true;
}

/* --chains are chains of a training, but first components of a prediction, so these two are not compared. */
static bool is_comparable(const seam_option *option, seam_result *const results[2]) {
  for (int r = 0; r < 2; r++)
    if (!option_counts(option, seam_result_config(results[r]))) return false;
  return is_prediction(results[0]) == is_prediction(results[1]) || strcmp(option->name, "chains") != 0;
}

/* Prints "--lr 0.01 | 0.0105" for every option that decides the counts and differs. */
void differences_report(seam_result *const results[2]) {
  char text[4096];
  bool more = print_makings(results);
  size_t length = (size_t)snprintf(text, sizeof text, "%s that differ:", more ? "Other options" : "Options");
  size_t begin = length;
  for (const seam_option *option = seam_options(); option->name; option++) {
    char first[1024];
    if (!is_comparable(option, results) || length >= sizeof text) continue;
    snprintf(first, sizeof first, "%s", seam_config_get(seam_result_config(results[0]), option->name));
    const char *second = seam_config_get(seam_result_config(results[1]), option->name);
    if (!strcmp(first, second)) continue;
    length += (size_t)snprintf(text + length, sizeof text - length, "%s --%s %s | %s", length > begin ? "," : "",
                               option->name, first, second);
  }
  if (length == begin) snprintf(text + length, sizeof text - length, " none");
  make_printable(text);
  print_wrapped(text, 0, 2);
}
