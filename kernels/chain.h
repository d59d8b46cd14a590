/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one chain, from top to bottom: it is drawn, it is trained, it is observed.
 *
 * A chain is two components in series: input v, interface u = f1(theta1, v), output y = f2(theta2, u).
 *
 *   Draw     theta1 and theta2 come from the prior. Seed and chain id alone decide which ones.
 *   Train    each step changes theta1 and theta2 so that inputs near 0 V give outputs near 0 V, and inputs near 1 V
 *            give outputs near 1 V. The loss sees y alone: nothing says what u must be.
 *   Observe  does the chain work, which interface (u at 0 V, u at 1 V) has it found, and how precise is that?
 *
 * A `lane` is one float in a GPU thread and a vector of floats, a chain in each, on the CPU (lane.h). So this source is
 * both the CUDA thread and the SIMD code. It has no branch on a value of a chain, because the chains of a vector go
 * through it together: lane_select chooses between two values, and a lane_mask says for which chains something holds.
 *
 * DESIGN.md defines the words. component/ has f1 and f2, optimizer.h the updates, observe.h the counting. */
#ifndef SEAM_CHAIN_H
#define SEAM_CHAIN_H

#include "optimizer.h"

/* Which chain and which optimizer. On the GPU these are constants, and each kernel is compiled for its own. On the CPU
 * they are values of the job, and one compiled kernel serves all. */
struct recipe {
  int first, second; /* enum component_kind */
  int optimizer;     /* enum optimizer_kind */
};

/* Both components, each with its parameters and the optimizer's memory of them (optimizer.h). */
struct chain {
  struct part first, second;
};

/* ---- Draw ---- */

/* Draws all parameters from the prior and sets the optimizer's moments to 0. */
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

/* The derivative of the loss by each parameter. */
struct gradient {
  lane first[MAX_PARAMETERS], second[MAX_PARAMETERS];
};

/* Some voltages on their way through the chain, and what the forward pass saves for the backward pass. */
struct block {
  lane v[SAMPLE_BLOCK], u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
  lane saved_first[MAX_SAVED * SAMPLE_BLOCK], saved_second[MAX_SAVED * SAMPLE_BLOCK];
};

/* How far y is from the target [lower, upper]: negative below it, 0 inside, positive above it. `mse` has both ends at
 * X, so that this is y - X. `hinge` has the interval API3(X). NaN stays NaN. */
HD lane chain_residual(lane y, const float target[2]) {
  return y - lane_min(lane_max(y, lane_splat(target[0])), lane_splat(target[1]));
}

/* The level of a training voltage: the first half of them is level 0, the second half level 1. */
HD int chain_level(const struct job *job, int voltage) { return voltage >= job->voltages / 2; }

/* Adds the input noise to two neighbouring voltages v and draws the interface noise of both. Each is a standard normal
 * times the noise's deviation. Every step and voltage has its own: one block of random words holds four normals. */
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

/* Adds the part of training voltages [s, s + n) to the gradient g: v -> u -> y forward, then back by the chain rule.
 *
 * L = loss_scale·sum of residual^2, so that dL/dy = 2·loss_scale·residual. component_backward of the second component
 * turns dL/dy into dL/dtheta2 and dL/du, and the first component's turns dL/du into dL/dtheta1. component_finish
 * completes g once for all voltages. */
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

/* The gradient of the loss over all training voltages. They go through the chain in blocks, what is left of them in
 * tiles, and the rest in twos (lane.h says why a block is larger than a tile). */
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

/* One training step: both components move by the same gradient, at the same time. */
HD void chain_step(struct chain *chain, struct recipe r, const struct job *job, struct lane_id id, uint32_t step) {
  struct gradient g;
  chain_gradient(chain, r, job, id, step, &g);
  optimizer_update(&chain->first, r.optimizer, r.first, job, id, PURPOSE_LANGEVIN_FIRST, step, g.first);
  optimizer_update(&chain->second, r.optimizer, r.second, job, id, PURPOSE_LANGEVIN_SECOND, step, g.second);
}

/* Steps begin ... end - 1. A batch may be trained in several calls, and the result is the same. */
HD void chain_train(struct chain *chain, struct recipe r, const struct job *job, struct lane_id id, uint32_t begin,
                    uint32_t end) {
  for (uint32_t step = begin; step < end; step++) chain_step(chain, r, job, id, step);
}

/* ---- Observe ---- */

/* u and y at n voltages, without noise. n is even and at most SAMPLE_BLOCK. */
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

/* The loss on the training voltages, without noise. */
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

/* What the test voltages show. */
struct test_report {
  lane u[2];     /* the interface: u at level 0 and at level 1 */
  lane width[2]; /* the greatest less the least u over the test voltages of each level */
  lane_mask works, finite;
};

/* Tries the chain at all test voltages. It works if every y lies in API3 of its level. The middle test voltage of a
 * level is the level itself. */
HD struct test_report chain_test(const struct chain *chain, struct recipe r, const struct job *job) {
  struct test_report report;
  lane least[2], greatest[2];
  report.works = report.finite = lane_splat_mask(1);
  UNROLL
  for (int level = 0; level < 2; level++) {
    least[level] = lane_splat(3.40282347e+38f);
    greatest[level] = lane_splat(-3.40282347e+38f);
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
        least[level] = lane_select(mine, lane_min(least[level], u[k]), least[level]);
        greatest[level] = lane_select(mine, lane_max(greatest[level], u[k]), greatest[level]);
        report.u[level] = lane_select(mine & lane_splat_mask(middle), u[k], report.u[level]);
      }
    }
  }
  UNROLL
  for (int level = 0; level < 2; level++) report.width[level] = greatest[level] - least[level];
  return report;
}

/* How much the second component accepts around u: the largest edge k <= 64 of the axis of slack such that f2 sends
 * u - edge j and u + edge j into API3 of the level for all j = 0 ... k. The first edge is 0, and the edges are k/64 by
 * default. It is -1 if f2 does not even accept u itself. */
HD lane chain_slack(const struct chain *chain, struct recipe r, const struct job *job, int level, lane u) {
  const float *accept = job->accept[level], *grid = job->axes[AXIS_SLACK].edges;
  lane slack = lane_splat(-1.0f);
  lane_mask alive = lane_splat_mask(1); /* f2 accepts all distances tried until now */
  for (int k = 0; k <= SLACK_STEPS && lane_any(alive); k++) {
    float delta = grid[k];
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
