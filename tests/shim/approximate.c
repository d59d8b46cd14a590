/* SPDX-License-Identifier: Apache-2.0 */
/* The GPU's approximations on a machine without a GPU: as wrong as the PTX ISA allows them to be. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "device.h"

/* Neighbouring operands have independent errors. */
static float wrong(double right, float operand, double error) {
  uint32_t bits;
  memcpy(&bits, &operand, sizeof bits);
  bits = (bits ^ bits >> 15) * 0x2c1b3c6du;
  bits ^= bits >> 12;
  return (float)(right * (bits & 1 ? 1.0 + error : 1.0 - error));
}

/* Subnormal operands and results become 0. */
static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0.0f, x) : x; }

float approximate_exp2(float x) { return flushed(wrong(exp2((double)flushed(x)), x, 0x1p-22)); }
float approximate_reciprocal(float x) { return flushed(wrong(1.0 / (double)flushed(x), x, 0x1p-23)); }
float approximate_root(float x) { return flushed(wrong(sqrt((double)flushed(x)), x, 0x1p-23)); }

/* Never beyond 1, because the instruction saturates there. */
float approximate_tanh(float x) { return fmaxf(-1.0f, fminf(wrong(tanh((double)x), x, 0x1p-11), 1.0f)); }
