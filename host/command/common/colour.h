/* SPDX-License-Identifier: Apache-2.0 */
/* The colour scales of the terminal and of figures. */
#ifndef SEAM_COLOUR_H
#define SEAM_COLOUR_H

/* sRGB, each from 0 to 1. */
struct rgb {
  double red, green, blue;
};

/* From dark violet at 0 over blue and green to light yellow at 1. */
struct rgb colour_sequential(double t);

/* For curves of an ordered option: purple, from light at 0 to dark at 1. */
struct rgb colour_ordered(double t);

/* From blue at -1 over light grey at 0 to brown at 1, equally dark on both sides. */
struct rgb colour_diverging(double t);

#endif
