/* SPDX-License-Identifier: Apache-2.0 */
/* The two members of a histogram in a zip: its description and its cells. */
#ifndef SEAM_HISTOGRAM_MEMBER_H
#define SEAM_HISTOGRAM_MEMBER_H

#include <jansson.h>

#include "seam.h"
#include "files/zipfile.h"

/* A description has a few kilobytes. Most of it is the configuration. */
enum { DESCRIPTION_LIMIT = 1 << 20, HISTOGRAM_MEMBERS = 2 };

/* Adds a member of JSON text; fails above `limit` bytes. Takes the reference to `json`; NULL means that memory is out.
 */
seam_status member_add_json(struct zip_writer *writer, const char *name, json_t *json, size_t limit, seam_error *error);

/* Adds both members of a histogram. Takes the reference to its description, `json`. */
seam_status member_add_histogram(struct zip_writer *writer, const seam_histogram *histogram, json_t *json,
                                 seam_error *error);

/* Fails if there is no such member. */
seam_status member_find(const struct zip_reader *reader, const char *name, const struct zip_member **member,
                        seam_error *error);

/* Reads a member of JSON text, of at most `limit` bytes. *json is a new reference. */
seam_status member_read_json(struct zip_reader *reader, const struct zip_member *member, size_t limit, json_t **json,
                             seam_error *error);

/* Checks that both members are there and that the cells have the size of the histogram. Call it before you allocate. */
seam_status member_check_size(const struct zip_reader *reader, const seam_histogram *histogram, seam_error *error);

/* Reads the cells, which are counts or reals, after a check that the description in the file agrees with `ours`. Takes
 * the reference to `ours`; NULL means that memory is out. */
seam_status member_read_histogram(struct zip_reader *reader, const seam_histogram *histogram, json_t *ours, void *cells,
                                  seam_error *error);

#endif
