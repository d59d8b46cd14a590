/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the plan of a sweep: {"task": "train", "options": {...}, "grid": {...}, "folder": "..."}. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/read_file.h"
#include "config/option.h"
#include "sweep/sweep.h"

/* Puts the plan's path, the section and the name before the message. */
static seam_status refuse(const struct seam_sweep *sweep, const char *section, const char *name, const seam_error *why,
                          seam_error *error) {
  return error_set(error, why->status, "%s: %s%s%.60s: %.300s", error_path(sweep->path), section, *name ? " " : "",
                   name, why->message);
}

static seam_status refuse_with(const struct seam_sweep *sweep, const char *section, const char *name, const char *why,
                               seam_error *error) {
  seam_error inner = {.status = SEAM_ERROR_USAGE};
  snprintf(inner.message, sizeof inner.message, "%s", why);
  return refuse(sweep, section, name, &inner, error);
}

/* ---- Options that a plan may set ---- */

static bool is_set_by(const json_t *options, const struct seam_sweep *sweep, const char *name) {
  if (json_object_get(options, name)) return true;
  for (size_t a = 0; a < sweep->axis_count; a++) {
    const char *one[2];
    for (const char *const *other = sweep_axis_options(&sweep->axes[a], one); *other; other++)
      if (strcmp(*other, name) == 0) return true;
  }
  return false;
}

/* Refuses an option that the task ignores: its points would differ in their names only. */
static seam_status check_option(const struct seam_sweep *sweep, const char *name, seam_error *error) {
  const struct option *option = option_find(name);
  const char *task = task_name(sweep->base.task);
  if (strcmp(name, "task") == 0)
    return error_set(error, SEAM_ERROR_USAGE, "it belongs beside \"options\", not here; a plan has one task");
  if (strcmp(name, "output") == 0)
    return error_set(error, SEAM_ERROR_USAGE, "the grid names the files; \"folder\" beside it says where they go");
  if (!option || option_used_by(option->tasks, task)) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE, "task %s ignores it; remove it, or choose another task", task);
}

/* ---- The sections ---- */

static seam_status read_task(struct seam_sweep *sweep, const json_t *plan, seam_error *error) {
  const json_t *task = json_object_get(plan, "task");
  seam_error inner;
  if (!task) return refuse_with(sweep, "task", "", "missing; it takes train, predict or gibbs", error);
  if (config_set_json(&sweep->base, "task", task, &inner) == SEAM_OK) return SEAM_OK;
  return refuse(sweep, "task", "", &inner, error);
}

static seam_status read_options(struct seam_sweep *sweep, const json_t *options, seam_error *error) {
  const char *name;
  json_t *value;
  if (options && !json_is_object(options))
    return refuse_with(sweep, "options", "", "this is not a JSON object of options like {\"steps\": 1000}", error);
  json_object_foreach((json_t *)options, name, value) {
    seam_error inner;
    seam_status status = check_option(sweep, name, &inner);
    if (status == SEAM_OK) status = config_set_json(&sweep->base, name, value, &inner);
    if (status != SEAM_OK) return refuse(sweep, "options", name, &inner, error);
  }
  return SEAM_OK;
}

static seam_status read_axis(struct seam_sweep *sweep, const json_t *options, const char *name, const json_t *values,
                             seam_error *error) {
  struct sweep_axis *axis = &sweep->axes[sweep->axis_count];
  seam_error inner;
  const char *one[2];
  if (sweep->axis_count == MOST_AXES) return refuse_with(sweep, "grid", name, "more than 32 axes; use fewer", error);
  seam_status status = sweep_axis_read(axis, name, values, &inner);
  for (const char *const *set = sweep_axis_options(axis, one); status == SEAM_OK && *set; set++) {
    status = check_option(sweep, *set, &inner);
    if (status == SEAM_OK && is_set_by(options, sweep, *set))
      status = error_set(&inner, SEAM_ERROR_USAGE, "%s is set elsewhere in the plan, too; set it once", *set);
  }
  sweep->axis_count++; /* an axis that was refused is freed, too */
  return status == SEAM_OK ? SEAM_OK : refuse(sweep, "grid", name, &inner, error);
}

static seam_status read_grid(struct seam_sweep *sweep, const json_t *plan, seam_error *error) {
  const json_t *grid = json_object_get(plan, "grid");
  const char *name;
  json_t *values;
  if (json_object_size(grid) == 0)
    return refuse_with(sweep, "grid", "",
                       "this is not a JSON object of options and their values like {\"lr\": [0.01, 0.02]}", error);
  sweep->points = 1;
  json_object_foreach((json_t *)grid, name, values) {
    FORWARD(read_axis(sweep, json_object_get(plan, "options"), name, values, error));
    sweep->points *= sweep->axes[sweep->axis_count - 1].count;
    if (sweep->points > MOST_POINTS)
      return refuse_with(sweep, "grid", name, "the grid has more than 1000000 points; make it smaller", error);
  }
  return SEAM_OK;
}

/* "shared", the default: all points have the same seed. "own": each has one of its own. */
static seam_status read_seeds(struct seam_sweep *sweep, const json_t *plan, seam_error *error) {
  const json_t *seeds = json_object_get(plan, "seeds");
  const char *word = seeds ? json_string_value(seeds) : "shared";
  if (!word || (strcmp(word, "own") != 0 && strcmp(word, "shared") != 0))
    return refuse_with(sweep, "seeds", "", "unknown; it takes \"shared\" or \"own\"", error);
  sweep->own_seeds = strcmp(word, "own") == 0;
  if (!sweep->own_seeds || !json_object_get(json_object_get(plan, "grid"), "seed")) return SEAM_OK;
  return refuse_with(sweep, "seeds", "", "the grid has an axis \"seed\"; remove one of the two", error);
}

/* ---- The folder ---- */

/* The path of `name` in the plan's folder; an absolute name stays as it is. */
static char *beside(const char *path, const char *name) {
  char *copy = strdup(path);
  char *joined = copy ? malloc(strlen(path) + strlen(name) + 2) : NULL;
  const char *above = joined ? dirname(copy) : "";
  if (joined && (*name == '/' || strcmp(above, ".") == 0))
    strcpy(joined, name);
  else if (joined)
    sprintf(joined, "%s/%s", above, name);
  free(copy);
  return joined;
}

/* The plan's own name without .json. */
static seam_status default_folder(struct seam_sweep *sweep, seam_error *error) {
  static const char ending[] = ".json";
  size_t length = strlen(sweep->path), tail = strlen(ending);
  const char *slash = strrchr(sweep->path, '/'), *name = slash ? slash + 1 : sweep->path;
  if (strlen(name) <= tail || strcmp(sweep->path + length - tail, ending) != 0)
    return refuse_with(sweep, "folder", "", "missing, and the plan's name does not end in .json; name one", error);
  sweep->folder = strndup(sweep->path, length - tail);
  return SEAM_OK;
}

static seam_status read_folder(struct seam_sweep *sweep, const json_t *folder, seam_error *error) {
  if (folder && (!json_is_string(folder) || json_string_length(folder) == 0 ||
                 strlen(json_string_value(folder)) != json_string_length(folder)))
    return refuse_with(sweep, "folder", "", "this is not a name; it takes the name of a folder", error);
  if (folder)
    sweep->folder = beside(sweep->path, json_string_value(folder));
  else
    FORWARD(default_folder(sweep, error));
  if (!sweep->folder)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for a name; close other programs");
  if (strlen(sweep->folder) < 4096) return SEAM_OK;
  return refuse_with(sweep, "folder", "", "too long; it takes at most 4095 bytes", error);
}

/* ---- The plan ---- */

static seam_status check_keys(const struct seam_sweep *sweep, const json_t *plan, seam_error *error) {
  const char *key;
  json_t *value;
  if (!json_is_object(plan))
    return refuse_with(sweep, "plan", "", "this is not a JSON object; it takes {\"task\": \"train\", \"grid\": {...}}",
                       error);
  json_object_foreach((json_t *)plan, key, value) {
    if (strcmp(key, "task") && strcmp(key, "options") && strcmp(key, "grid") && strcmp(key, "seeds") &&
        strcmp(key, "folder"))
      return refuse_with(sweep, "key", key, "unknown; a plan has task, options, grid, seeds and folder", error);
  }
  return SEAM_OK;
}

static seam_status read_plan(struct seam_sweep *sweep, const json_t *plan, seam_error *error) {
  FORWARD(check_keys(sweep, plan, error));
  FORWARD(read_task(sweep, plan, error));
  FORWARD(read_options(sweep, json_object_get(plan, "options"), error));
  FORWARD(read_grid(sweep, plan, error));
  FORWARD(read_seeds(sweep, plan, error));
  return read_folder(sweep, json_object_get(plan, "folder"), error);
}

seam_status sweep_plan_read(struct seam_sweep *sweep, seam_error *error) {
  unsigned char *bytes;
  size_t size;
  struct json_fault fault;
  FORWARD(read_file(sweep->path, &bytes, &size, error));
  json_t *plan = json_text_read((const char *)bytes, size, &fault);
  free(bytes);
  if (!plan && fault.line == 0) return read_file_no_memory(sweep->path, error);
  if (!plan)
    return error_set(error, SEAM_ERROR_USAGE, "%s:%d: %s; %s", error_path(sweep->path), fault.line, fault.text,
                     fault.is_number ? "put numbers this large in quotes" : "a plan is a JSON object");
  config_defaults(&sweep->base);
  seam_status status = read_plan(sweep, plan, error);
  json_decref(plan);
  return status;
}
