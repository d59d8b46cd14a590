/* SPDX-License-Identifier: Apache-2.0 */
/* The program: a chain y = f2(theta2, f1(theta1, v)) is drawn, trained end to end to be a digital identity, and
 * observed.
 *
 * Read from top to bottom; a lane is one chain (lane.h). The same source is a GPU thread and a lane of a CPU vector. */
#ifndef SEAM_CHAIN_H
#define SEAM_CHAIN_H

#include "optimizer.h"

/* What kind of chain: constants where the compiler is to specialise, plain values where it is not. */
struct recipe {
  int first, second; /* enum component_kind */
  int optimizer;     /* enum optimizer_kind */
};

struct chain {
  struct part first, second;
};

/* ---- Draw ---- */

/* Parameters from the prior, moments zero. */
HD void chain_draw(struct chain *chain, struct recipe r, const struct job *job, struct lane_id id) {
  component_draw(r.first, job->seed, id, PURPOSE_FIRST, job->init_scale, chain->first.theta);
  component_draw(r.second, job->seed, id, PURPOSE_SECOND, job->init_scale, chain->second.theta);
  UNROLL
  for (int j = 0; j < MAX_PARAMETERS; j++) {
    chain->first.mean[j] = chain->first.square[j] = lane_splat(0.0f);
    chain->second.mean[j] = chain->second.square[j] = lane_splat(0.0f);
  }
}

/* ---- Train ---- */

struct gradient {
  lane first[MAX_PARAMETERS], second[MAX_PARAMETERS];
};

/* A block of n voltages on its way through the chain. */
struct block {
  lane v[SAMPLE_BLOCK], u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
  lane saved_first[MAX_SAVED * SAMPLE_BLOCK], saved_second[MAX_SAVED * SAMPLE_BLOCK];
};

/* How far y is outside [lower, upper]; 0 inside. With both at X this is y - X, the residual of mse. NaN stays NaN. */
HD lane chain_residual(lane y, const float target[2]) {
  return y - lane_min(lane_max(y, lane_splat(target[0])), lane_splat(target[1]));
}

HD int chain_level(const struct job *job, int voltage) { return voltage >= job->voltages / 2; }

/* u += sigma·normal where there is interface noise, v likewise; fresh for each step and voltage. */
HD void chain_noise(const struct job *job, struct lane_id id, uint32_t step, int pair, lane *v, lane *noise_u) {
  struct words w = random_words(job->seed, id, PURPOSE_NOISE, step * (uint32_t)(job->voltages / 2) + (uint32_t)pair);
  lane a, b;
  random_normal_pair(w.word[0], w.word[1], &a, &b);
  v[0] = lane_fma(lane_splat(job->input_noise), a, v[0]);
  v[1] = lane_fma(lane_splat(job->input_noise), b, v[1]);
  random_normal_pair(w.word[2], w.word[3], &a, &b);
  noise_u[0] = job->interface_noise * a;
  noise_u[1] = job->interface_noise * b;
}

/* Adds the gradient of the loss at training voltages [s, s + n) to g, which component_finish is still to complete. */
HD void chain_backpropagate(const struct chain *chain, struct recipe r, const struct job *job, struct lane_id id,
                            uint32_t step, int s, int n, struct gradient *g) {
  struct block b;
  lane noise_u[SAMPLE_BLOCK], d_y[SAMPLE_BLOCK], d_u[SAMPLE_BLOCK];
  int noisy = job->input_noise > 0.0f || job->interface_noise > 0.0f;

  UNROLL
  for (int k = 0; k < n; k++) b.v[k] = lane_splat(job->training[s + k]);
  if (noisy) {
    UNROLL
    for (int k = 0; k < n; k += 2) chain_noise(job, id, step, (s + k) / 2, &b.v[k], &noise_u[k]);
  }

  component_forward(r.first, chain->first.theta, n, b.v, b.u, b.saved_first);
  if (noisy) {
    UNROLL
    for (int k = 0; k < n; k++) b.u[k] = b.u[k] + noise_u[k];
  }
  component_forward(r.second, chain->second.theta, n, b.u, b.y, b.saved_second);

  UNROLL
  for (int k = 0; k < n; k++)
    d_y[k] = (2.0f * job->loss_scale) * chain_residual(b.y[k], job->target[chain_level(job, s + k)]);

  component_backward(r.second, chain->second.theta, n, b.u, b.saved_second, d_y, g->second, d_u);
  component_backward(r.first, chain->first.theta, n, b.v, b.saved_first, d_u, g->first, NULL);
}

/* The gradient of the loss over all training voltages. */
HD void chain_gradient(const struct chain *chain, struct recipe r, const struct job *job, struct lane_id id,
                       uint32_t step, struct gradient *g) {
  UNROLL
  for (int j = 0; j < component_parameters(r.first); j++) g->first[j] = lane_splat(0.0f);
  UNROLL
  for (int j = 0; j < component_parameters(r.second); j++) g->second[j] = lane_splat(0.0f);

  int s = 0;
  for (; s + SAMPLE_BLOCK <= job->voltages; s += SAMPLE_BLOCK)
    chain_backpropagate(chain, r, job, id, step, s, SAMPLE_BLOCK, g);
  for (; SAMPLE_TILE < SAMPLE_BLOCK && s + SAMPLE_TILE <= job->voltages; s += SAMPLE_TILE)
    chain_backpropagate(chain, r, job, id, step, s, SAMPLE_TILE, g);
  for (; SAMPLE_TILE > 2 && s < job->voltages; s += 2) chain_backpropagate(chain, r, job, id, step, s, 2, g);

  component_finish(r.first, chain->first.theta, g->first);
  component_finish(r.second, chain->second.theta, g->second);
}

/* One update from that gradient. */
HD void chain_step(struct chain *chain, struct recipe r, const struct job *job, struct lane_id id, uint32_t step) {
  struct gradient g;
  chain_gradient(chain, r, job, id, step, &g);
  optimizer_update(&chain->first, r.optimizer, r.first, job, id, PURPOSE_LANGEVIN_FIRST, step, g.first);
  optimizer_update(&chain->second, r.optimizer, r.second, job, id, PURPOSE_LANGEVIN_SECOND, step, g.second);
}

/* Updates begin + 1 ... end. */
HD void chain_train(struct chain *chain, struct recipe r, const struct job *job, struct lane_id id, uint32_t begin,
                    uint32_t end) {
  for (uint32_t step = begin; step < end; step++) chain_step(chain, r, job, id, step);
}

/* ---- Observe ---- */

/* u and y at n voltages, n even and SAMPLE_BLOCK at most, noise off. */
HD void chain_respond(const struct chain *chain, struct recipe r, int n, const float *v, lane *u, lane *y) {
  struct block b;
  UNROLL
  for (int k = 0; k < n; k++) b.v[k] = lane_splat(v[k]);
  component_forward(r.first, chain->first.theta, n, b.v, u, b.saved_first);
  component_forward(r.second, chain->second.theta, n, u, y, b.saved_second);
}

/* Whether every parameter is finite. */
HD lane_mask chain_finite(const struct chain *chain, struct recipe r) {
  lane_mask finite = lane_splat_mask(1);
  UNROLL
  for (int j = 0; j < component_parameters(r.first); j++) finite = finite & lane_finite(chain->first.theta[j]);
  UNROLL
  for (int j = 0; j < component_parameters(r.second); j++) finite = finite & lane_finite(chain->second.theta[j]);
  return finite;
}

/* The loss on the training voltages, noise off. */
HD lane chain_loss(const struct chain *chain, struct recipe r, const struct job *job) {
  lane sum = lane_splat(0.0f);
  for (int s = 0; s < job->voltages; s += 2) {
    lane u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
    chain_respond(chain, r, 2, &job->training[s], u, y);
    UNROLL
    for (int k = 0; k < 2; k++) {
      lane residual = chain_residual(y[k], job->target[chain_level(job, s + k)]);
      sum = lane_fma(residual, residual, sum);
    }
  }
  return sum * job->loss_scale;
}

/* What the test voltages tell. */
struct test_report {
  lane u[2];     /* the interface: f1 at 0 and at 1 */
  lane width[2]; /* max - min of u over each level's test voltages */
  lane_mask works, finite;
};

HD struct test_report chain_test(const struct chain *chain, struct recipe r, const struct job *job) {
  struct test_report report;
  lane lowest[2], highest[2];
  report.works = report.finite = lane_splat_mask(1);
  UNROLL
  for (int level = 0; level < 2; level++) {
    lowest[level] = lane_splat(3.40282347e+38f);
    highest[level] = lane_splat(-3.40282347e+38f);
    report.u[level] = lane_splat(0.0f);
  }
  for (int t = 0; t < 2 * TEST_VOLTAGES; t += 2) {
    lane u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
    chain_respond(chain, r, 2, &job->test[t], u, y);
    UNROLL
    for (int k = 0; k < 2; k++) {
      int high = t + k >= TEST_VOLTAGES, middle = t + k == TEST_VOLTAGES / 2 + high * TEST_VOLTAGES;
      const float *accept = job->accept[high];
      report.works = report.works & (y[k] >= accept[0]) & (y[k] <= accept[1]);
      report.finite = report.finite & lane_finite(u[k]) & lane_finite(y[k]);
      UNROLL
      for (int level = 0; level < 2; level++) {
        lane_mask mine = lane_splat_mask(level == high);
        lowest[level] = lane_select(mine, lane_min(lowest[level], u[k]), lowest[level]);
        highest[level] = lane_select(mine, lane_max(highest[level], u[k]), highest[level]);
        report.u[level] = lane_select(mine & lane_splat_mask(middle), u[k], report.u[level]);
      }
    }
  }
  UNROLL
  for (int level = 0; level < 2; level++) report.width[level] = highest[level] - lowest[level];
  return report;
}

/* The largest k/64, k <= 64, such that f2 sends u ± 0, ±1/64, ..., ±k/64 into API3 of the level; -1 where not even u
 * itself is accepted. */
HD lane chain_slack(const struct chain *chain, struct recipe r, const struct job *job, int level, lane u) {
  const float *accept = job->accept[level];
  lane slack = lane_splat(-1.0f);
  lane_mask alive = lane_splat_mask(1);
  for (int k = 0; k <= SLACK_STEPS && lane_any(alive); k++) {
    float delta = (float)k * (1.0f / SLACK_STEPS);
    lane side[SAMPLE_BLOCK], y[SAMPLE_BLOCK], saved[MAX_SAVED * SAMPLE_BLOCK];
    side[0] = u - delta;
    side[1] = u + delta;
    component_forward(r.second, chain->second.theta, 2, side, y, saved);
    alive = alive & (y[0] >= accept[0]) & (y[0] <= accept[1]) & (y[1] >= accept[0]) & (y[1] <= accept[1]);
    slack = lane_select(alive, lane_splat(delta), slack);
  }
  return slack;
}

#endif
