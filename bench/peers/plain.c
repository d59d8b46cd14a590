/* SPDX-License-Identifier: Apache-2.0 */
/* seam's training as a plain C program: one chain after the other in scalar float, all cores by one line of OpenMP.
 * cc -O3 -march=native -ffast-math -fopenmp plain.c -lm
 * plain --pair mlp8 --chains 16384 --steps 300 --optimizer adam --lr 0.01 --threads 2 --seed 1 --histogram FILE */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 8, MOST = 3 * UNITS + 1, S = 8, TEST = 17, BINS = 256, EXTENT = BINS + 2 };
static int mlp, adam;

static float normal(uint64_t *state, float mean, float deviation) { /* splitmix64, Box and Muller */
  float uniform[2];
  for (int i = 0; i < 2; i++) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    uniform[i] = ((float)((z ^ z >> 31) >> 41) + 0.5f) * 0x1p-23f;
  }
  return mean + deviation * sqrtf(-2 * logf(uniform[0])) * cosf(6.2831853f * uniform[1]);
}

static int draw(uint64_t *state, float *p) {
  if (!mlp) {
    p[0] = normal(state, 0, 8), p[1] = normal(state, 0.5f, 0.25f);
    p[2] = normal(state, 0.5f, 0.5f), p[3] = normal(state, 0.5f, 0.5f);
    return 4;
  }
  for (int i = 0; i < 3 * UNITS; i++) p[i] = normal(state, 0, i < UNITS ? 2 : i < 2 * UNITS ? 1 : 0.353553391f);
  p[3 * UNITS] = normal(state, 0.5f, 0.5f);
  return MOST;
}

static float forward(const float *p, float v, float *kept) {
  if (!mlp) {
    kept[0] = 1 / (1 + expf(-p[0] * (v - p[1])));
    return p[2] + (p[3] - p[2]) * kept[0];
  }
  float sum = p[3 * UNITS];
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < UNITS; i++) kept[i] = tanhf(p[i] * v + p[UNITS + i]), sum += p[2 * UNITS + i] * kept[i];
  return sum;
}

static float backward(const float *p, float v, const float *kept, float d, float *g) { /* returns the derivative by v */
  if (!mlp) {
    float slope = d * (p[3] - p[2]) * kept[0] * (1 - kept[0]);
    g[0] += slope * (v - p[1]), g[1] -= slope * p[0], g[2] += d * (1 - kept[0]), g[3] += d * kept[0];
    return slope * p[0];
  }
  float sum = 0;
  g[3 * UNITS] += d;
  for (int i = 0; i < UNITS; i++) {
    float z = d * p[2 * UNITS + i] * (1 - kept[i] * kept[i]);
    g[2 * UNITS + i] += d * kept[i], g[UNITS + i] += z, g[i] += z * v, sum += z * p[i];
  }
  return sum;
}

static void train(float *p, int count, int steps, float lr) { /* p and g: first component, then second */
  float mean[2 * MOST] = {0}, square[2 * MOST] = {0}, decay1 = 1, decay2 = 1;
  for (int t = 0; t < steps; t++) {
    float g[2 * MOST] = {0}, kept[2][UNITS];
    for (int s = 0; s < S; s++) {
      float v = (s < S / 2 ? -0.3f : 0.7f) + 0.2f * (float)(s % (S / 2)), u = forward(p, v, kept[0]);
      float d = (forward(p + count, u, kept[1]) - (s >= S / 2)) * (2.0f / S);
      backward(p, v, kept[0], backward(p + count, u, kept[1], d, g + count), g);
    }
    decay1 *= 0.9f, decay2 *= 0.999f;
    float scale = lr / (1 - decay1), root = 1 / sqrtf(1 - decay2);
    for (int i = 0; i < 2 * count; i++) {
      mean[i] = 0.9f * mean[i] + 0.1f * g[i], square[i] = 0.999f * square[i] + 0.001f * g[i] * g[i];
      p[i] -= adam ? scale * mean[i] / (sqrtf(square[i]) * root + 1e-8f) : lr * g[i];
    }
  }
}

static int wild(float x) { /* not finite, by its bits: fast math has no such numbers */
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (bits >> 23 & 255) == 255;
}

static int observe(const float *p, int count, float *u) { /* buffer, inverter, fail, diverged; u at 0 and 1 */
  float kept[UNITS];
  int works = 1, diverged = 0;
  for (int i = 0; i < 2 * count; i++) diverged |= wild(p[i]);
  for (int s = 0; s < 2 * TEST; s++) {
    float x = s >= TEST, inner = forward(p, x - 0.3f + 0.6f * (float)(s % TEST) / (TEST - 1), kept);
    float y = forward(p + count, inner, kept);
    works &= fabsf(y - x) <= 0.1f, diverged |= wild(y) | wild(inner);
  }
  for (int x = 0; x < 2; x++) u[x] = forward(p, (float)x, kept);
  return diverged ? 3 : !works ? 2 : !(u[1] > u[0]);
}

static int bin(float u) { return u < -2.5f ? 0 : u >= 3.5f ? BINS + 1 : 1 + (int)((u + 2.5f) * (BINS / 6.0f)); }

int main(int argc, char **argv) {
  static int64_t interface[3 * EXTENT * EXTENT], outcome[4];
  const char *names[] = {"--pair", "--chains", "--steps", "--optimizer", "--lr", "--threads", "--seed", "--histogram"};
  const char *value[] = {"mlp8", "16384", "300", "adam", "0.01", "1", "1", ""};
  for (int i = 1; i + 1 < argc; i += 2)
    for (int k = 0; k < 8; k++)
      if (!strcmp(argv[i], names[k])) value[k] = argv[i + 1];
  mlp = !strcmp(value[0], "mlp8"), adam = !strcmp(value[3], "adam");
  int64_t chains = atoll(value[1]), seed = atoll(value[6]);
  double begin = omp_get_wtime();
#pragma omp parallel for num_threads(atoi(value[5])) schedule(dynamic, 64)
  for (int64_t id = 0; id < chains; id++) {
    float p[2 * MOST], u[2];
    uint64_t state = (uint64_t)seed * 0xd1342543de82ef95u ^ (uint64_t)id * 0xaf251af3b0f025b5u;
    int count = draw(&state, p);
    draw(&state, p + count);
    train(p, count, atoi(value[2]), strtof(value[4], NULL));
    int is = observe(p, count, u);
#pragma omp atomic
    outcome[is]++;
    if (is == 3) continue;
#pragma omp atomic
    interface[(is * EXTENT + bin(u[0])) * EXTENT + bin(u[1])]++;
  }
  double seconds = omp_get_wtime() - begin;
  FILE *file = *value[7] ? fopen(value[7], "wb") : NULL;
  if (*value[7] && (!file || fwrite(interface, sizeof interface, 1, file) != 1 || fclose(file))) return 4;
  printf("{\"outcomes\": {\"buffer\": %lld, \"inverter\": %lld, \"fail\": %lld, \"diverged\": %lld}, ",
         (long long)outcome[0], (long long)outcome[1], (long long)outcome[2], (long long)outcome[3]);
  printf("\"seconds\": %.6f, \"chain_steps_per_second\": %.6g}\n", seconds, (double)chains * atof(value[2]) / seconds);
}
