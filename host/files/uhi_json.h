/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram's description in the Unified Histogram Interface, schema 1. */
#ifndef SEAM_UHI_JSON_H
#define SEAM_UHI_JSON_H

#include "config/config.h"

enum { UHI_NAME = 64 };

/* The names of a histogram's two members. */
void uhi_member_names(const seam_histogram *histogram, char description[UHI_NAME], char counts[UHI_NAME]);

/* Describes the axes and the storage; the metadata are the options that determine the counts. Every run, shard and
 * merge of one configuration has the same description. A new reference; NULL when memory is out. */
json_t *uhi_describe(const seam_histogram *histogram, const struct seam_config *config);

/* The same with other metadata, a flat object. Takes the reference to it; NULL means that memory is out. */
json_t *uhi_describe_with(const seam_histogram *histogram, json_t *metadata);

/* Whether a description from a file agrees with ours. Labels and the name of the writer may differ. */
bool uhi_agrees(const json_t *found, const json_t *ours);

#endif
