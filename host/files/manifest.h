/* SPDX-License-Identifier: Apache-2.0 */
/* The run's own record, member run.manifest: what was run, which chains were counted, and what became of them. */
#ifndef SEAM_MANIFEST_H
#define SEAM_MANIFEST_H

#include "result/result.h"

#define MANIFEST_MEMBER "run.manifest"

/* The largest manifest that is written or read: a million ranges of coverage. */
enum { MANIFEST_LIMIT = 64 << 20 };

/* A new reference; NULL when memory is out. */
json_t *manifest_describe(const struct seam_result *result);

/* Parses the text and checks that its schema is ours, whatever its arithmetic. */
seam_status manifest_parse(const char *text, size_t size, const char *path, json_t **manifest, seam_error *error);

/* Checks that the manifest is whole and of our arithmetic, and sets the configuration that it records. */
seam_status manifest_config(const json_t *manifest, const char *path, struct seam_config *config, seam_error *error);

/* Sets the result's coverage, outcome counts and run from a manifest that manifest_config has accepted. */
seam_status manifest_restore(const json_t *manifest, const char *path, struct seam_result *result, seam_error *error);

#endif
