/* SPDX-License-Identifier: Apache-2.0 */
/* Sets the floating-point state that exact arithmetic needs: round to nearest, keep subnormal numbers (promise 3). */
#ifndef SEAM_FLOATING_POINT_H
#define SEAM_FLOATING_POINT_H

#include <stdint.h>

/* The processor's state before floating_point_enter, for floating_point_leave. */
struct floating_point_state {
  uint64_t control;
  uint16_t x87; /* x86-64 only */
};

#if defined(__x86_64__)

#include <xmmintrin.h>

/* MXCSR: all exceptions masked, round to nearest, neither flush-to-zero nor denormals-are-zero. The control word of the
 * x87 unit is set likewise, because the C library reads the rounding there when it reads and prints numbers. */
static inline struct floating_point_state floating_point_enter(void) {
  const uint16_t x87 = 0x37f;
  struct floating_point_state found = {_mm_getcsr(), 0};
  __asm__ volatile("fnstcw %0" : "=m"(found.x87));
  __asm__ volatile("fldcw %0" : : "m"(x87));
  _mm_setcsr(0x1f80);
  return found;
}

static inline void floating_point_leave(struct floating_point_state found) {
  __asm__ volatile("fldcw %0" : : "m"(found.x87));
  _mm_setcsr((unsigned)found.control);
}

#elif defined(__aarch64__)

/* FPCR 0: round to nearest, no flush-to-zero, no default NaN, no traps. */
static inline struct floating_point_state floating_point_enter(void) {
  struct floating_point_state found = {0, 0};
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

static inline void floating_point_leave_at_end(struct floating_point_state *found) { floating_point_leave(*found); }

/* The first line of a public function that reads, prints or computes numbers. The function then has its own state, and
 * gives the caller's back when it returns. `callers_state` may be used inside, for calls back to the caller. */
#define OWN_FLOATING_POINT                                                                                             \
  __attribute__((cleanup(floating_point_leave_at_end), unused)) struct floating_point_state callers_state =            \
      floating_point_enter()

#endif
