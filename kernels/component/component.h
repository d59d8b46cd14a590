/* SPDX-License-Identifier: Apache-2.0 */
/* A component of any kind: calls the functions of its family.
 *
 * On the GPU the kind is a constant, and the compiler inlines each call. On the CPU it is a value: there is one choice
 * for each block of voltages. So any kind can stand with any other, and the CPU has one kernel and not one for each
 * pair. CASE stands for one kind of the list; each function below makes its own of it. */
#ifndef SEAM_COMPONENT_H
#define SEAM_COMPONENT_H

#include "random.h"
#include "buffer.h"
#include "linear.h"
#include "list.h"
#include "logistic.h"
#include "mlp.h"
#include "table.h"

#ifdef SEAM_DEVICE
#define DISPATCH HD
#else
#define DISPATCH static __attribute__((noinline, unused))
#endif
#define RESTRICT __restrict__

/* An array of negative size does not compile: a kind needs more than MAX_PARAMETERS or MAX_SAVED of list.h. */
#define CASE(enumerator, name, family, size, parameters)                                                               \
  typedef char name##_fits[(parameters) <= MAX_PARAMETERS && (size) <= MAX_SAVED ? 1 : -1] __attribute__((unused));
COMPONENT_KINDS(CASE)
#undef CASE

HD int component_parameters(int kind) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return parameters;
  COMPONENT_KINDS(CASE)
#undef CASE
  return 0;
}

/* The law of parameter j. */
HD struct law component_prior(int kind, int j, float scale) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return family##_prior(size, j, scale);
  COMPONENT_KINDS(CASE)
#undef CASE
  return law(0.0f, 0.0f);
}

/* The largest reversal of f, V: as v rises, f never goes back by more than this from its main direction. It is a matter
 * of rounding if f is monotone, and infinite if f need not be monotone. theta must be finite. */
HD lane component_reversal(int kind, const lane *theta) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return family##_reversal(size, theta);
  COMPONENT_KINDS(CASE)
#undef CASE
  return lane_splat((float)INFINITY);
}

/* Whether f(0) = 0 for every finite theta. */
HD int component_zero_at_zero(int kind) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return family##_zero_at_zero(size);
  COMPONENT_KINDS(CASE)
#undef CASE
  return 0;
}

/* Draws theta from the prior. */
DISPATCH void component_draw(int kind, uint64_t seed, struct lane_id id, uint32_t purpose, float scale, lane *theta) {
  UNROLL
  for (int j = 0; j < component_parameters(kind); j += 4) {
    lane normal[4];
    random_normals(seed, id, purpose, (uint32_t)(j / 4), normal);
    UNROLL
    for (int k = 0; k < 4 && j + k < component_parameters(kind); k++) {
      struct law l = component_prior(kind, j + k, scale);
      theta[j + k] = lane_fma(lane_splat(l.deviation), normal[k], lane_splat(l.mean));
    }
  }
}

/* out[s] = f(v[s]) for n voltages; n is even and at most SAMPLE_BLOCK. `saved` keeps values for the backward pass, tile
 * by tile. */
DISPATCH void component_forward(int kind, const lane *RESTRICT theta, int n, const lane *RESTRICT v, lane *RESTRICT out,
                                lane *RESTRICT saved) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) {                                                                                     \
    int t = 0;                                                                                                         \
    UNROLL                                                                                                             \
    for (; t + SAMPLE_TILE <= n; t += SAMPLE_TILE)                                                                     \
      family##_forward(size, theta, SAMPLE_TILE, v + t, out + t, saved + MAX_SAVED * t);                               \
    for (; SAMPLE_TILE > 2 && t < n; t += 2) family##_forward(size, theta, 2, v + t, out + t, saved + MAX_SAVED * t);  \
  }
  COMPONENT_KINDS(CASE)
#undef CASE
}

/* The chain rule: d_out[s] is the derivative of the loss by f(v[s]). Adds to `gradient` its derivatives by theta,
 * summed over s; component_finish completes them. Sets d_in[s] = d_out[s]·f'(v[s]), unless d_in is NULL. */
DISPATCH void component_backward(int kind, const lane *RESTRICT theta, int n, const lane *RESTRICT v,
                                 const lane *RESTRICT saved, const lane *RESTRICT d_out, lane *RESTRICT gradient,
                                 lane *RESTRICT d_in) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) {                                                                                     \
    int t = 0;                                                                                                         \
    UNROLL                                                                                                             \
    for (; t + SAMPLE_TILE <= n; t += SAMPLE_TILE)                                                                     \
      family##_backward(size, theta, SAMPLE_TILE, v + t, saved + MAX_SAVED * t, d_out + t, gradient,                   \
                        d_in ? d_in + t : NULL);                                                                       \
    for (; SAMPLE_TILE > 2 && t < n; t += 2)                                                                           \
      family##_backward(size, theta, 2, v + t, saved + MAX_SAVED * t, d_out + t, gradient, d_in ? d_in + t : NULL);    \
  }
  COMPONENT_KINDS(CASE)
#undef CASE
}

/* Multiplies the gradient by the factors that all voltages have in common. */
DISPATCH void component_finish(int kind, const lane *RESTRICT theta, lane *RESTRICT gradient) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) family##_finish(size, theta, gradient);
  COMPONENT_KINDS(CASE)
#undef CASE
}

#endif
