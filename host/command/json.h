/* SPDX-License-Identifier: Apache-2.0 */
/* Prints JSON lines on stdout: one object a line, each with its schema and event. */
#ifndef SEAM_COMMAND_JSON_H
#define SEAM_COMMAND_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "command/progress.h"

/* As json_object_set_new and json_array_append_new, for which they stand in this room. But if memory is out, the next
 * json_line fails: a line must not lack a key or an item. */
int json_set(json_t *object, const char *name, json_t *value);
int json_add(json_t *array, json_t *value);
#define json_object_set_new   json_set
#define json_array_append_new json_add

/* A JSON string. If `text` is not UTF-8, question marks replace its non-ASCII bytes. */
json_t *json_text(const char *text);

json_t *json_number(double value); /* null unless the value is finite */

/* json_event makes an object {"schema":1,"event":EVENT}. json_line prints an object and frees it. */
json_t *json_event(const char *event);
seam_status json_line(json_t *object, seam_error *error);

json_t *json_config(seam_config *config); /* every option that decides the counts, as text */

/* Sets "configuration", the word of the manifest, and "config", which 0.2 will not have. Takes the reference. */
void json_set_configuration(json_t *object, json_t *configuration);

void json_progress(const seam_progress *progress, const struct progress_bar *bar);
void json_sweep_progress(const seam_sweep_progress *progress, const struct progress_bar *bar);

/* The last line of a run. `output` is NULL if no file was written. */
seam_status json_result(seam_result *result, bool interrupted, const char *output, seam_error *error);
seam_status json_file(seam_result *result, const char *file, seam_error *error); /* of seam info */
seam_status json_show(seam_result *result, const seam_result *beside, const char *file,
                      seam_error *error); /* of seam show */
void json_failure(const seam_error *error);

#endif
