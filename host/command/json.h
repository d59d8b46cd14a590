/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines on stdout. */
#ifndef SEAM_COMMAND_JSON_H
#define SEAM_COMMAND_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "command/progress.h"

/* A string even where `text` is not UTF-8: what is not becomes question marks. */
json_t *json_text(const char *text);

json_t *json_number(double value); /* null unless the value is finite */

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
