/* SPDX-License-Identifier: Apache-2.0 */
/* A first component of a prediction, as it goes in search of partners. */
#ifndef SEAM_CANDIDATE_H
#define SEAM_CANDIDATE_H

#include "job.h"

/* Two of each level; where a candidate has fewer rows than these the first stands in for the others. */
enum { CANDIDATE_ENDS = 4 };

/* Rows mean something only where it is within: of others some may lie beyond the table. */
struct candidate {
  int32_t bin;  /* of (u0, u1), flow bins included */
  uint8_t mode; /* OUTCOME_BUFFER or OUTCOME_INVERTER, should it find one */
  uint8_t finite, within;
  uint8_t ends,
      count;  /* of rows: those of the outermost cells of each level, which come first; all that were asked for */
  float u[2]; /* the interface, V */
  uint16_t row[2 * TEST_VOLTAGES + 1]; /* level·stride + cell, cell from 0; room for one more than there can be */
};

#endif
