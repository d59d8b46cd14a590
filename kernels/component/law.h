/* SPDX-License-Identifier: Apache-2.0 */
/* The normal law from which a parameter is drawn. */
#ifndef SEAM_LAW_H
#define SEAM_LAW_H

#include "lane.h"

struct law {
  float mean, deviation;
};

HD struct law law(float mean, float deviation) {
  struct law l = {mean, deviation};
  return l;
}

#endif
