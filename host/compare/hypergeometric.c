/* SPDX-License-Identifier: Apache-2.0 */
/* Draws hypergeometric numbers by rejection, at a cost that does not grow with the counts.
 *
 * The hat is the one that covers every log-concave law: L. Devroye, "A simple generator for discrete log-concave
 * distributions", Computing 39 (1987). Only +, -, *, /, sqrt and exact_log are used, so that every machine draws the
 * same integers. */
#include "compare/hypergeometric.h"

#include <math.h>
#include <stdbool.h>

#include "base/exact_log.h"
#include "kernels/random.h"

/* ---- Random words ---- */

struct random_stream random_stream_create(uint64_t seed, uint64_t id, uint32_t purpose) {
  return (struct random_stream){.seed = seed, .id = id, .purpose = purpose};
}

uint64_t random_stream_word(struct random_stream *stream) {
  if (stream->left == 0) {
    struct lane_id id = {lane_splat_uint((uint32_t)stream->id), lane_splat_uint((uint32_t)(stream->id >> 32))};
    struct words w = random_words(stream->seed, id, stream->purpose, stream->draw++);
    for (int i = 0; i < 2; i++) stream->kept[i] = (uint64_t)w.word[2 * i][0] << 32 | w.word[2 * i + 1][0];
    stream->left = 2;
  }
  return stream->kept[--stream->left];
}

/* A number in (0, 1) from a random word. */
static double uniform(uint64_t word) { return ((double)(word >> 12) + 0.5) * 0x1p-52; }

/* ---- The law ---- */

/* ln x! - x ln x + x, which is 0 at 0. From 16 on by Stirling's series. */
static double factorial_rest(double x) {
  const double ln_2_pi = 0x1.d67f1c864beb5p+0;
  if (x == 0) return 0;
  if (x >= 16) {
    double square = x * x;
    double series = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / square) / square) / square) / x;
    return 0.5 * (ln_2_pi + exact_log(x)) + series;
  }
  double factorial = 1;
  for (double i = 2; i <= x; i++) factorial *= i;
  return exact_log(factorial) - x * exact_log(x) + x;
}

/* x ln(x/e) + e - x without cancellation. C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
 */
static double deviance(double x, double e) {
  if (x == 0) return e;
  if (fabs(x - e) >= 0.1 * (x + e)) return x * exact_log(x / e) + e - x;
  double v = (x - e) / (x + e), sum = (x - e) * v, term = 2 * x * v;
  for (int odd = 3;; odd += 2) {
    term *= v * v;
    double next = sum + term / odd;
    if (next == sum) return sum;
    sum = next;
  }
}

struct law {
  int64_t total, marked, drawn;
  int64_t low, high; /* the limits of the number drawn */
  int64_t mode;
  double log_peak; /* log_weight at the mode */
  double rate;     /* a lower bound of the mode's probability */
};

/* The logarithm of the probability of k, up to a constant. It compares the table {k, marked - k; drawn - k, the rest}
 * with its expectation under the same margins. */
static double log_weight(const struct law *law, int64_t k) {
  int64_t unmarked = law->total - law->marked;
  double share = (double)law->drawn / (double)law->total, rest = (double)(law->total - law->drawn) / (double)law->total;
  const double cell[4][2] = {{(double)k, (double)law->marked * share},
                             {(double)(law->marked - k), (double)law->marked * rest},
                             {(double)(law->drawn - k), (double)unmarked * share},
                             {(double)(unmarked - (law->drawn - k)), (double)unmarked * rest}};
  double sum = 0;
  for (int i = 0; i < 4; i++) sum += deviance(cell[i][0], cell[i][1]) + factorial_rest(cell[i][0]);
  return -sum;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

static struct law law_of(int64_t total, int64_t marked, int64_t drawn) {
  struct law law = {.total = total, .marked = marked, .drawn = drawn};
  int64_t unmarked = total - marked;
  law.low = drawn > unmarked ? drawn - unmarked : 0;
  law.high = drawn < marked ? drawn : marked;
  if (law.low == law.high) return law;
  double n = (double)total, t = (double)marked, d = (double)drawn;
  law.mode = clamp((int64_t)((d + 1) * ((t + 1) / (n + 2))), law.low, law.high);
  law.log_peak = log_weight(&law, law.mode);
  double variance = d * (t / n) * ((n - t) / n) * ((n - d) / (n - 1));
  /* No law on integers with this variance has a lower peak. */
  law.rate = 1 / sqrt(1 + 12 * variance);
  return law;
}

/* Draws from the hat min(1, exp(w - rate·y)) on both sides of the mode. False if the proposal is not accepted. */
static bool propose(const struct law *law, struct random_stream *stream, int64_t *value) {
  const double w = 1 + law->rate / 2;
  uint64_t word = random_stream_word(stream);
  double side = (1 + w) * uniform(word), u = uniform(random_stream_word(stream));
  double y = (side < w ? side : w - exact_log(u)) / law->rate;
  double offset = floor(y + 0.5);
  double far = (double)(law->high - law->low);
  if (offset > far) return false;
  *value = law->mode + ((word & 1) ? (int64_t)offset : -(int64_t)offset);
  if (*value < law->low || *value > law->high) return false;
  double hat = side < w ? 0 : w - law->rate * y;
  return exact_log(uniform(random_stream_word(stream))) + hat <= log_weight(law, *value) - law->log_peak;
}

int64_t hypergeometric_draw(struct random_stream *stream, int64_t total, int64_t marked, int64_t drawn) {
  struct law law = law_of(total, marked, drawn);
  int64_t value = law.low;
  if (law.low == law.high) return value;
  while (!propose(&law, stream, &value)) continue;
  return value;
}

void hypergeometric_cells(struct random_stream *stream, const int64_t *counts, int cells, int64_t total, int64_t drawn,
                          int64_t *taken) {
  for (int i = 0; i < cells; i++) {
    taken[i] = hypergeometric_draw(stream, total, counts[i], drawn);
    total -= counts[i];
    drawn -= taken[i];
  }
}
