/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a run, member run.manifest: its configuration, the chains that were counted, and their outcomes. */
#ifndef SEAM_MANIFEST_H
#define SEAM_MANIFEST_H

#include "result/result.h"

#define MANIFEST_MEMBER "run.manifest"

/* The size limit when writing and reading, and how many ranges of chains a merge may have. A range takes at most 46
 * bytes. The rest is for a run that resumes such a file: it has a few more ranges until it has filled the gaps. */
enum { MANIFEST_LIMIT = 96 << 20, MERGED_RANGES = 2000000 };

/* Makes the record. A new reference; NULL when memory is out. */
json_t *manifest_describe(const struct seam_result *result);

/* Checks the schema, but not the arithmetic revision. */
seam_status manifest_check_schema(const json_t *manifest, const char *path, seam_error *error);

/* Checks that the manifest is complete and has our arithmetic revision, and sets the configuration that it records. */
seam_status manifest_config(const json_t *manifest, const char *path, struct seam_config *config, seam_error *error);

/* Sets the coverage, the outcomes, the devices and the times of a result. manifest_config must have accepted the
 * manifest. */
seam_status manifest_restore(const json_t *manifest, const char *path, struct seam_result *result, seam_error *error);

#endif
