/* SPDX-License-Identifier: Apache-2.0 */
/* The GPU's own approximations under the names of numeric.h, for training with --math fast.
 *
 * Errors as the PTX ISA states them for .approx.ftz.f32 and tanh.approx.f32; subnormal operands and results are 0. */
#ifndef SEAM_APPROXIMATE_H
#define SEAM_APPROXIMATE_H

#include "lane.h"

/* A test that compiles the kernels for no GPU brings its own. */
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
/* Finite, as numeric_logistic multiplies it with a reciprocal. */
HD lane numeric_exp2(lane x) { return approximate_exp2(lane_min(x, lane_splat(125.0f))); }
HD lane numeric_tanh(lane x) { return approximate_tanh(x); }

#endif
