/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a trained chain: its outcome, and its entries in each histogram. */
#ifndef SEAM_OBSERVE_H
#define SEAM_OBSERVE_H

#include "chain.h"
#include "counter.h"

/* The bin of x, which must be finite: 0 is the underflow, bins + 1 the overflow. A multiplication guesses the bin. The
 * guess is at most one bin wrong, and the edges correct it. */
HD lane_int axis_bin(const struct axis *axis, lane x) {
  lane guess = (x - axis->edges[0]) * axis->scale;
  guess = lane_min(lane_max(guess, lane_splat(0.0f)), lane_splat((float)(axis->bins - 1)));
  lane_int bin = lane_to_int(guess);
  lane_mask below = x < lane_gather(axis->edges, bin), above = x >= lane_gather(axis->edges, bin + 1);
  bin = lane_select_int(below, bin - 1, lane_select_int(above, bin + 1, bin));
  return bin + 1;
}

/* Cells along an axis, flow included. */
HD int32_t axis_extent(const struct axis *axis) { return axis->bins + 2; }

/* log10 L. For L = 0 and for a subnormal L it is below every axis. */
HD lane observe_log10(lane loss) {
  lane_mask normal = loss >= 1.17549435e-38f;
  lane log10 = numeric_log(lane_select(normal, loss, lane_splat(1.0f))) * 0.434294482f;
  return lane_select(normal, log10, lane_splat(-100.0f));
}

/* The outcome of a chain, by enum outcome. Valid only if the chain did not diverge. */
HD lane_int observe_outcome(const struct test_report *t) {
  lane_int passed =
      lane_select_int(t->u[1] > t->u[0], lane_splat_int(OUTCOME_BUFFER), lane_splat_int(OUTCOME_INVERTER));
  return lane_select_int(t->works, passed, lane_splat_int(OUTCOME_FAIL));
}

/* The cell of (u0, u1) on a square whose sides are both `axis`. */
HD lane_int observe_interface_bin(const struct axis *axis, const struct test_report *t) {
  return axis_bin(axis, t->u[0]) * axis_extent(axis) + axis_bin(axis, t->u[1]);
}

/* Takes a snapshot during training: its cell of [works][u0][u1], or -1 if the chain is not finite at this step. */
HD lane_int observe_snapshot(const struct chain *chain, struct recipe r, const struct job *job) {
  const struct axis *axis = &job->axes[AXIS_COARSE];
  struct test_report t = chain_test(chain, r, job);
  lane_int works = lane_select_int(t.works, lane_splat_int(axis_extent(axis) * axis_extent(axis)), lane_splat_int(0));
  return lane_select_int(t.finite & chain_finite(chain, r), works + observe_interface_bin(axis, &t),
                         lane_splat_int(-1));
}

/* Counts snapshot `index`. This waits until the chain has finished, so that a batch that is cancelled before counts
 * nothing at all. */
HD void observe_count_snapshot(const struct counter *counter, const struct job *job, int index, lane_int cell) {
  int32_t extent = axis_extent(&job->axes[AXIS_COARSE]);
  counter_add(counter, job, HISTOGRAM_SNAPSHOTS, index * 2 * extent * extent + cell, cell >= 0);
}

/* The mapping v -> u and the response v -> y at the probe voltages. */
struct probe_report {
  lane u[PROBES], y[PROBES];
  lane_mask finite;
};

HD void observe_probes(const struct chain *chain, struct recipe r, const struct job *job, struct probe_report *p) {
  p->finite = lane_splat_mask(1);
  for (int probe = 0; probe < PROBES; probe += 2) {
    chain_respond(chain, r, 2, &job->probe[probe], &p->u[probe], &p->y[probe]);
    UNROLL
    for (int k = 0; k < 2; k++) p->finite = p->finite & lane_finite(p->u[probe + k]) & lane_finite(p->y[probe + k]);
  }
}

HD void observe_count_probes(const struct counter *counter, const struct job *job, const struct probe_report *p,
                             lane_int outcome, lane_mask who) {
  const struct axis *u = &job->axes[AXIS_INTERFACE], *y = &job->axes[AXIS_RESPONSE];
  for (int probe = 0; probe < PROBES; probe++) {
    lane_int row = outcome * PROBES + probe;
    if (job->offset[HISTOGRAM_MAPPING] >= 0)
      counter_add(counter, job, HISTOGRAM_MAPPING, row * axis_extent(u) + axis_bin(u, p->u[probe]), who);
    if (job->offset[HISTOGRAM_RESPONSE] >= 0)
      counter_add(counter, job, HISTOGRAM_RESPONSE, row * axis_extent(y) + axis_bin(y, p->y[probe]), who);
  }
}

HD void observe_count_loss(const struct counter *counter, const struct job *job, const struct test_report *t, lane loss,
                           lane_int outcome, lane_mask who) {
  const struct axis *fine = &job->axes[AXIS_LOSS], *coarse = &job->axes[AXIS_SELECTION_LOSS];
  const struct axis *u = &job->axes[AXIS_COARSE];
  lane log10 = observe_log10(loss);
  if (job->offset[HISTOGRAM_LOSS] >= 0)
    counter_add(counter, job, HISTOGRAM_LOSS, outcome * axis_extent(fine) + axis_bin(fine, log10), who);
  if (job->offset[HISTOGRAM_SELECTION] >= 0) {
    lane_int row = outcome * axis_extent(coarse) + axis_bin(coarse, log10);
    counter_add(counter, job, HISTOGRAM_SELECTION,
                row * (axis_extent(u) * axis_extent(u)) + observe_interface_bin(u, t), who);
  }
}

HD void observe_count_levels(const struct chain *chain, struct recipe r, const struct counter *counter,
                             const struct job *job, const struct test_report *t, lane_int outcome, lane_mask who) {
  const struct axis *width = &job->axes[AXIS_WIDTH], *slack = &job->axes[AXIS_SLACK];
  UNROLL
  for (int level = 0; level < 2; level++) {
    lane_int row = outcome * 2 + level;
    if (job->offset[HISTOGRAM_WIDTH] >= 0)
      counter_add(counter, job, HISTOGRAM_WIDTH, row * axis_extent(width) + axis_bin(width, t->width[level]), who);
    if (job->offset[HISTOGRAM_SLACK] >= 0) {
      lane accepted = chain_slack(chain, r, job, level, t->u[level]);
      counter_add(counter, job, HISTOGRAM_SLACK, row * axis_extent(slack) + axis_bin(slack, accepted), who);
    }
  }
}

/* Chains 2k and 2k + 1 are partners. Tests the chain made of this chain's first and the partner's second component. */
HD lane_mask observe_swapped(const struct chain *chain, struct recipe r, const struct job *job) {
  struct chain swapped;
  UNROLL
  for (int j = 0; j < component_parameters(r.first); j++) swapped.first.theta[j] = chain->first.theta[j];
  UNROLL
  for (int j = 0; j < component_parameters(r.second); j++)
    swapped.second.theta[j] = lane_partner(chain->second.theta[j]);
  return chain_test(&swapped, r, job).works;
}

/* Are parts interchangeable? Chains 2k and 2k + 1 swap their second components. If both had passed, chain 2k counts one
 * entry for the two. Every lane must call this, also one that has failed, because its partner reads its values. */
HD void observe_count_interchange(const struct chain *chain, struct recipe r, const struct counter *counter,
                                  const struct job *job, const struct test_report *t, lane_mask passed) {
  const struct axis *axis = &job->axes[AXIS_DISTANCE];
  lane_int fits = lane_select_int(observe_swapped(chain, r, job), lane_splat_int(1), lane_splat_int(0));
  lane_int buffer = lane_select_int(t->u[1] > t->u[0], lane_splat_int(1), lane_splat_int(0));
  lane_int same = 1 - (buffer ^ lane_partner_int(buffer));
  lane distance = lane_max(lane_abs(t->u[0] - lane_partner(t->u[0])), lane_abs(t->u[1] - lane_partner(t->u[1])));
  lane_int row = same * axis_extent(axis) + axis_bin(axis, distance);
  counter_add(counter, job, HISTOGRAM_INTERCHANGE, row * INTERCHANGE_FITS + fits + lane_partner_int(fits),
              passed & lane_partner_int(passed) & lane_even());
}

/* Counts the chain after its last step: its outcome and, if it did not diverge, its entries in every histogram that the
 * job asks for. */
HD void observe_chain(const struct chain *chain, struct recipe r, const struct job *job,
                      const struct counter *counter) {
  lane loss = chain_loss(chain, r, job);
  struct test_report t = chain_test(chain, r, job);
  struct probe_report p;
  observe_probes(chain, r, job, &p);

  lane_mask finite = t.finite & p.finite & lane_finite(loss) & chain_finite(chain, r);
  lane_int outcome = observe_outcome(&t);
  UNROLL
  for (int o = 0; o < HISTOGRAM_OUTCOMES; o++) counter_add_outcome(counter, o, finite & (outcome == o));
  counter_add_outcome(counter, OUTCOME_DIVERGED, lane_not(finite));

  if (job->offset[HISTOGRAM_INTERFACE] >= 0) {
    const struct axis *u = &job->axes[AXIS_INTERFACE];
    lane_int row = outcome * (axis_extent(u) * axis_extent(u));
    counter_add(counter, job, HISTOGRAM_INTERFACE, row + observe_interface_bin(u, &t), finite);
  }
  observe_count_probes(counter, job, &p, outcome, finite);
  observe_count_loss(counter, job, &t, loss, outcome, finite);
  observe_count_levels(chain, r, counter, job, &t, outcome, finite);
  if (job->offset[HISTOGRAM_INTERCHANGE] >= 0) observe_count_interchange(chain, r, counter, job, &t, finite & t.works);
}

#endif
