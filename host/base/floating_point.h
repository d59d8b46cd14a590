/* SPDX-License-Identifier: Apache-2.0 */
/* Sets the floating-point state that exact arithmetic needs: round to nearest, keep subnormal numbers (promise 3). */
#ifndef SEAM_FLOATING_POINT_H
#define SEAM_FLOATING_POINT_H

#include <stdint.h>

/* The processor's state before floating_point_enter, for floating_point_leave. */
struct floating_point_state {
  uint64_t control;
};

#if defined(__x86_64__)

#include <xmmintrin.h>

/* MXCSR: all exceptions masked, round to nearest, neither flush-to-zero nor denormals-are-zero. */
static inline struct floating_point_state floating_point_enter(void) {
  struct floating_point_state found = {_mm_getcsr()};
  _mm_setcsr(0x1f80);
  return found;
}

static inline void floating_point_leave(struct floating_point_state found) { _mm_setcsr((unsigned)found.control); }

#elif defined(__aarch64__)

/* FPCR 0: round to nearest, no flush-to-zero, no default NaN, no traps. */
static inline struct floating_point_state floating_point_enter(void) {
  struct floating_point_state found;
  __asm__ volatile("mrs %0, fpcr" : "=r"(found.control));
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0) : "memory");
  return found;
}

static inline void floating_point_leave(struct floating_point_state found) {
  __asm__ volatile("msr fpcr, %0" : : "r"(found.control) : "memory");
}

#else
#error "seam supports the floating-point control of x86-64 and aarch64 only"
#endif

#endif
