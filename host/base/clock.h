/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the monotonic clock and waits on it, in seconds. */
#ifndef SEAM_CLOCK_H
#define SEAM_CLOCK_H

#include <time.h>

/* Seconds that have passed since `begin`. */
static inline double clock_since(const struct timespec *begin) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begin->tv_sec) + 1e-9 * (double)(now.tv_nsec - begin->tv_nsec);
}

/* The time `seconds` from now. */
static inline struct timespec clock_after(double seconds) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += (time_t)seconds;
  time.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  if (time.tv_nsec >= 1000000000) time.tv_sec++, time.tv_nsec -= 1000000000;
  return time;
}

static inline void clock_sleep(double seconds) {
  struct timespec until = clock_after(seconds);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL); /* a signal may end the sleep early */
}

#endif
