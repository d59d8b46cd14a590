/* SPDX-License-Identifier: Apache-2.0 */
/* The result file: a UHI zip built and read in memory. */
#ifndef SEAM_RESULT_FILE_H
#define SEAM_RESULT_FILE_H

#include <jansson.h>

#include "result/result.h"

/* The record of a comparison in its file, by which a file is told from a result. */
#define COMPARISON_MEMBER "compare.manifest"

/* Checks the result's counts and packs it into one zip; *bytes is freed by the caller. */
seam_status result_file_pack(const struct seam_result *result, unsigned char **bytes, size_t *size, seam_error *error);

/* Unpacks and checks everything; `path` only names the file in messages. */
seam_status result_file_unpack(const unsigned char *bytes, size_t size, const char *path, struct seam_result **result,
                               seam_error *error);

/* Only the configuration of a result file, in the form of config_to_json (a new reference). */
seam_status result_file_read_config(const char *path, json_t **config, seam_error *error);

/* As seam_output_write, but keeps nothing beside a file that appeared at the target: the next checkpoint would be kept,
 * too. */
seam_status result_file_write_checkpoint(seam_output *output, const seam_result *result, seam_error *error);

#endif
