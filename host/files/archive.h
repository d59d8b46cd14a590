/* SPDX-License-Identifier: Apache-2.0 */
/* The result file: a UHI zip built and read in memory. */
#ifndef SEAM_ARCHIVE_H
#define SEAM_ARCHIVE_H

#include "compare/compare.h"
#include "result/result.h"

/* Checks the result's counts and packs it into one zip; *bytes is freed by the caller. */
seam_status archive_pack(const struct seam_result *result, unsigned char **bytes, size_t *size, seam_error *error);

/* The maps of a comparison and its record, in the same layout. */
seam_status archive_pack_comparison(const struct seam_comparison *comparison, unsigned char **bytes, size_t *size,
                                    seam_error *error);

/* Unpacks and checks a comparison in the same way. */
seam_status archive_unpack_comparison(const unsigned char *bytes, size_t size, const char *path,
                                      struct seam_comparison **comparison, seam_error *error);

/* Unpacks and checks everything; `path` only names the file in messages. */
seam_status archive_unpack(const unsigned char *bytes, size_t size, const char *path, struct seam_result **result,
                           seam_error *error);

/* Only the configuration of a result file, in the form of config_to_json (a new reference). */
seam_status archive_read_config(const char *path, json_t **config, seam_error *error);

#endif
