/* SPDX-License-Identifier: Apache-2.0 */
/* A first component of a prediction, as it goes in search of partners. */
#ifndef SEAM_CANDIDATE_H
#define SEAM_CANDIDATE_H

#include "job.h"

/* Of its rows the first are those of the outermost cells: the lowest of level 0 and of level 1, the highest of each. */
enum { CANDIDATE_LOW, CANDIDATE_HIGH = 2, CANDIDATE_ENDS = 4 };

/* Rows mean something only where it is within: of others some may lie beyond the table. */
struct candidate {
  int32_t bin;  /* of (u0, u1), flow bins included */
  uint8_t mode; /* OUTCOME_BUFFER or OUTCOME_INVERTER, should it find one */
  uint8_t finite, within;
  uint8_t count;                       /* of rows */
  float u[2];                          /* the interface, V */
  uint16_t row[2 * TEST_VOLTAGES + 1]; /* level·stride + cell, cell from 0; room for one more than there can be */
};

#endif
