/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as a file for --config, or, if the first byte is '=', lines NAME=VALUE that are set one at a
 * time. */
#include <stdlib.h>
#include <string.h>

#include "archives.h"
#include "config/config.h"

enum { FILE_NUMBER = 100 };

static struct seam_config defaults;
static const unsigned unfit = 1u << SEAM_ERROR_USAGE;

int LLVMFuzzerInitialize(int *count, char ***words) {
  (void)count;
  (void)words;
  const struct archive *archives = small_archives();
  for (int i = 0; i < ARCHIVES; i++) write_seed(archives[i].name, NULL, 0, archives[i].bytes, archives[i].size);
  config_defaults(&defaults);
  return 0;
}

/* The text of an option sets the same value in another configuration. */
static void must_survive_text(struct seam_config *config, const char *name) {
  static struct seam_config copy;
  char text[sizeof config->text];
  seam_error error;
  copy = defaults;
  strcpy(text, seam_config_get(config, name));
  must(seam_config_set(&copy, name, text, &error) == SEAM_OK, "the text of an option sets it");
  must(strcmp(seam_config_get(&copy, name), text) == 0, "to the same");
}

/* The JSON record of a configuration makes the same configuration again. */
static void must_survive_json(const struct seam_config *config) {
  static struct seam_config copy;
  seam_error error;
  json_t *object = config_to_json(config);
  copy = defaults;
  must(object != NULL, "there is memory for a configuration");
  must(config_from_json(&copy, object, "X.json", &error) == SEAM_OK, "a recorded configuration can be read");
  json_t *again = config_to_json(&copy);
  must(json_equal(object, again), "and is the same");
  json_decref(again);
  json_decref(object);
}

static void check_whole(struct seam_config *config) {
  seam_error error;
  seam_status status = seam_config_check(config, &error);
  if (status != SEAM_OK) must_explain(status, unfit, &error, "--");
  must_survive_json(config);
}

static void read_file(struct seam_config *config, const uint8_t *data, size_t size) {
  const unsigned refusals = unfit | 1u << SEAM_ERROR_FORMAT | 1u << SEAM_ERROR_MISMATCH;
  seam_error error;
  fill_file(FILE_NUMBER, data, size);
  seam_status status = seam_config_read(config, "/proc/self/fd/100", &error);
  if (status == SEAM_OK) {
    check_whole(config);
    return;
  }
  must_explain(status, refusals, &error, "/proc/self/fd/100");
  must(memcmp(config, &defaults, sizeof defaults) == 0, "a refused file changes nothing");
}

/* Changes `text`. */
static void set_lines(struct seam_config *config, char *text) {
  char *rest;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char *value = strchr(line, '=');
    seam_error error;
    if (!value) continue;
    *value++ = '\0';
    seam_status status = seam_config_set(config, line, value, &error);
    if (status == SEAM_OK)
      must_survive_text(config, line);
    else
      must_explain(status, unfit, &error, "--");
  }
  check_whole(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct seam_config config;
  memcpy(&config, &defaults, sizeof config); /* padding included */
  if (size && data[0] == '=') {
    char *text = malloc(size);
    must(text != NULL, "there is memory for a text");
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    set_lines(&config, text);
    free(text);
  } else {
    read_file(&config, data, size);
  }
  return 0;
}
