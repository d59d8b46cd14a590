/* SPDX-License-Identifier: Apache-2.0 */
/* The normal law that one parameter is drawn from. */
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
