/* SPDX-License-Identifier: Apache-2.0 */
/* A first component of a prediction: its interface, and the cells it hits. A partner must accept all of these. */
#ifndef SEAM_CANDIDATE_H
#define SEAM_CANDIDATE_H

#include "job.h"

/* The first rows are those of the outermost cells: the lowest of level 0 and of level 1, then the highest of each. */
enum { CANDIDATE_LOW, CANDIDATE_HIGH = 2, CANDIDATE_ENDS = 4 };

/* The rows are valid only where `within` is set. Otherwise some may lie outside the table. */
struct candidate {
  int32_t bin;  /* of (u0, u1), flow bins included */
  uint8_t mode; /* the outcome with a partner: OUTCOME_BUFFER or OUTCOME_INVERTER */
  uint8_t finite, within;
  uint8_t count; /* of rows */
  float u[2];    /* the interface, V */
  uint16_t row[2 * TEST_VOLTAGES +
               1]; /* level·stride + cell, with cells from 0; there is room for one row more than can be used */
};

#endif
