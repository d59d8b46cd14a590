/* SPDX-License-Identifier: Apache-2.0 */
/* The GPU's approximate instructions under the names of numeric.h, for training with --math fast.
 *
 * The errors are those that the PTX ISA states for .approx.ftz.f32 and tanh.approx.f32. Subnormal operands and results
 * become 0. */
#ifndef SEAM_APPROXIMATE_H
#define SEAM_APPROXIMATE_H

#include "lane.h"

/* Without nvcc, as in the tests, the including program must define these functions itself. */
#ifdef __CUDACC__
#define APPROXIMATION(name, instruction)                                                                               \
  HD lane approximate_##name(lane x) {                                                                                 \
    lane result;                                                                                                       \
    asm(instruction " %0, %1;" : "=f"(result) : "f"(x));                                                               \
    return result;                                                                                                     \
  }
APPROXIMATION(exp2, "ex2.approx.ftz.f32")       /* relative error 2^-22 */
APPROXIMATION(reciprocal, "rcp.approx.ftz.f32") /* relative error 2^-23 */
APPROXIMATION(root, "sqrt.approx.ftz.f32")      /* relative error 2^-23 */
APPROXIMATION(tanh, "tanh.approx.f32")          /* relative error 2^-11 */
#undef APPROXIMATION
#endif

HD lane numeric_quotient(lane a, lane b) { return a * approximate_reciprocal(b); }
HD lane numeric_root(lane a) { return approximate_root(a); }
/* The bound keeps the result finite: numeric_logistic multiplies it by a reciprocal, and infinity times 0 is NaN. */
HD lane numeric_exp2(lane x) { return approximate_exp2(lane_min(x, lane_splat(125.0f))); }
HD lane numeric_tanh(lane x) { return approximate_tanh(x); }

#endif
