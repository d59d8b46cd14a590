/* SPDX-License-Identifier: Apache-2.0 */
/* The float gradients of every pair of kinds and both losses, against differences of an independent forward pass in
 * double. */
#include "science.h"

enum { SAMPLES = 3, ROUNDS = 24 }; /* 6 voltages: a whole block of 4 and a tail of 2 */

/* Draws at which a float gradient is well defined: no voltage lies this near to a kink (in V: 100 times the rounding of
 * a float of size 1 through a table's slope), so that both sides see the same piece. */
static const double KINK_MARGIN = 1e-4;
/* Of the gradient's norm, for each component's parameters as a vector. */
static const double RELATIVE = 1e-4;

struct tally {
  int compared, near_kinks, saturated;
  double worst;
};

static double residual(double y, int level, int hinge) {
  double margin = hinge ? 0.1 : 0.0, below = level - margin, above = level + margin;
  return y < below ? y - below : y > above ? y - above : 0.0;
}

static double reference_loss(const struct science_chain *c, const struct job *job, int hinge) {
  double sum = 0.0;
  for (int s = 0; s < job->voltages; s++) {
    double r = residual(science_y(c, (double)job->training[s]), s >= job->voltages / 2, hinge);
    sum += r * r;
  }
  return sum / job->voltages;
}

/* Whether u is near a knot of the second's table, or y near an edge of API3. */
static int near_kink(const struct science_chain *c, const struct job *job, int hinge) {
  for (int s = 0; s < job->voltages; s++) {
    double u = science_u(c, (double)job->training[s]), y = science_y(c, (double)job->training[s]);
    int level = s >= job->voltages / 2, below, above;
    if (science_is_table(c->second)) {
      science_table(science_sizes[c->second], c->theta2, u - KINK_MARGIN, &below);
      science_table(science_sizes[c->second], c->theta2, u + KINK_MARGIN, &above);
      if (below != above) return 1;
    }
    if (hinge && fabs(fabs(y - level) - 0.1) < KINK_MARGIN) return 1;
  }
  return 0;
}

/* dL/d(parameter): differences of fourth order; error of order step^4 times the fifth derivative. */
static double difference(struct science_chain *c, double *parameter, const struct job *job, int hinge) {
  double found = *parameter, step = 5e-6 * fmax(1.0, fabs(found)), loss[4];
  for (int k = 0; k < 4; k++) {
    *parameter = found + step * (k < 2 ? k - 2 : k - 1);
    loss[k] = reference_loss(c, job, hinge);
  }
  *parameter = found;
  return (loss[0] - 8.0 * loss[1] + 8.0 * loss[2] - loss[3]) / (12.0 * step);
}

/* The gradient as chain_step gathers it. */
static void float_gradient(const struct chain *chain, const struct job *job, struct gradient *g) {
  struct recipe r = science_recipe(job);
  for (int j = 0; j < MAX_PARAMETERS; j++) g->first[j] = g->second[j] = lane_splat(0.0f);
  int s = 0;
  for (; s + SAMPLE_BLOCK <= job->voltages; s += SAMPLE_BLOCK)
    chain_backpropagate(chain, r, job, science_id(0), 0, s, SAMPLE_BLOCK, g);
  if (s < job->voltages) chain_backpropagate(chain, r, job, science_id(0), 0, s, 2, g);
}

int main(void) {
  for (int hinge = 0; hinge < 2; hinge++)
    for (int first = 0; first < KINDS; first++)
      for (int second = 0; second < KINDS; second++) {
        struct job job = science_job(first, second, SAMPLES, hinge, 0.3);
        job.init_scale = getenv("SC") ? atof(getenv("SC")) : 0.25f;
        int n = 0, bad = 0, kink = 0, zero = 0;
        double worst = 0, gworst = 0;
        for (int round = 0; round < ROUNDS; round++) {
          struct chain chain;
          struct gradient g;
          chain_draw(&chain, science_recipe(&job), &job, science_id(round * LANES));
          float_gradient(&chain, &job, &g);
          for (int i = 0; i < LANES; i++) {
            struct science_chain c = science_take(&chain, &job, i);
            if (near_kink(&c, &job, hinge)) {
              kink++;
              continue;
            }
            double e = 0, m = 0, e2 = 0, m2 = 0;
            for (int j = 0; j < science_parameters[first]; j++) {
              double d = difference(&c, &c.theta1[j], &job, hinge);
              e += pow(d - g.first[j][i], 2), m += d * d;
            }
            for (int j = 0; j < science_parameters[second]; j++) {
              double d = difference(&c, &c.theta2[j], &job, hinge);
              e2 += pow(d - g.second[j][i], 2), m2 += d * d;
            }
            n++;
            if (m == 0 || m2 == 0) {
              zero++;
              if (e > 0 || e2 > 0) printf("nonzero where zero %g %g\n", sqrt(e), sqrt(e2));
              continue;
            }
            double q = sqrt(e / m), q2 = sqrt(e2 / m2);
            if (q > 1e-4 || q2 > 1e-4) bad++;
            if (q > worst) worst = q, gworst = sqrt(m);
            if (q2 > worst) worst = q2, gworst = sqrt(m2);
          }
        }
        printf("%d %-9s%-9s n %d kink %d zero %d bad %d worst %.2g at norm %.2g\n", hinge, science_names[first],
               science_names[second], n, kink, zero, bad, worst, gworst);
      }
}
