/* SPDX-License-Identifier: Apache-2.0 */
/* Result files: zip files in the layout of the Unified Histogram Interface (FORMAT.md). */
#ifndef SEAM_RESULT_FILE_H
#define SEAM_RESULT_FILE_H

#include <jansson.h>

#include "result/result.h"

/* The member that only the file of a comparison has. */
#define COMPARISON_MEMBER "compare.manifest"

/* Checks the counts and packs the result into a zip. The caller frees *bytes. */
seam_status result_file_pack(const struct seam_result *result, unsigned char **bytes, size_t *size, seam_error *error);

/* Unpacks a result and checks everything. `path` is used only in messages. */
seam_status result_file_unpack(const unsigned char *bytes, size_t size, const char *path, struct seam_result **result,
                               seam_error *error);

/* Reads only the configuration of a result file, in the form of config_to_json. *config is a new reference. */
seam_status result_file_read_config(const char *path, json_t **config, seam_error *error);

/* As seam_output_write, but writes with output_write_checkpoint. */
seam_status result_file_write_checkpoint(seam_output *output, const seam_result *result, seam_error *error);

/* How many bytes the file of this result may need when all its chains are counted. */
uint64_t result_file_room(const struct seam_result *result);

#endif
