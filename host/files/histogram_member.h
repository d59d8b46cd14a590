/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a histogram in a zip: written; found, checked for their size, and read. */
#ifndef SEAM_HISTOGRAM_MEMBER_H
#define SEAM_HISTOGRAM_MEMBER_H

#include <jansson.h>

#include "seam.h"
#include "files/zipfile.h"

/* A description is a few kilobytes, most of it the configuration. */
enum { DESCRIPTION_LIMIT = 1 << 20, HISTOGRAM_MEMBERS = 2 };

/* Adds a member that is JSON text, refused above `limit` bytes. Takes the reference to `json`; NULL is memory out. */
seam_status member_add_json(struct zip_writer *writer, const char *name, json_t *json, size_t limit, seam_error *error);

/* Adds both members of a histogram. Takes the reference to `json`, its description. */
seam_status member_add_histogram(struct zip_writer *writer, const seam_histogram *histogram, json_t *json,
                                 seam_error *error);

seam_status member_find(const struct zip_reader *reader, const char *name, const struct zip_member **member,
                        seam_error *error);

/* A member that is JSON text of no more than `limit` bytes; a new reference. */
seam_status member_read_json(struct zip_reader *reader, const struct zip_member *member, size_t limit, json_t **json,
                             seam_error *error);

/* Both members are there, and the cells' is of its histogram's size: before memory is taken for them. */
seam_status member_check_size(const struct zip_reader *reader, const seam_histogram *histogram, seam_error *error);

/* Reads the cells, of counts or of reals, where the description says what `ours` does, whose reference it takes. */
seam_status member_read_histogram(struct zip_reader *reader, const seam_histogram *histogram, json_t *ours, void *cells,
                                  seam_error *error);

#endif
