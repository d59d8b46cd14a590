/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a prediction, as text or as JSON. */
#include "command/prediction.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "base/wilson.h"
#include "command/common/outside.h"
#include "command/common/text.h"
#include "command/json.h"

/* "acceptance  0.123%  0.121% to 0.125%" */
static void share_line(const char *name, double share, double error) {
  printf("  %-11s%8s", name, text_percent(share).text);
  double low = share - Z_95 * error, high = share + Z_95 * error;
  if (!isnan(error)) printf("  %s to %s", text_percent(low > 0 ? low : 0).text, text_percent(high < 1 ? high : 1).text);
  putchar('\n');
}

/* At the most frequent interface, the entropy of one component falls about as fast as the other rises. */
static void peak_lines(const seam_prediction *p) {
  static const char *const names[] = {"first", "second"};
  if (isnan(p->peak[0])) return;
  printf("  most frequent interface: u0 %.3f V, u1 %.3f V; entropies there, in nats:\n", p->peak[0], p->peak[1]);
  for (int c = 0; c < 2; c++) {
    printf("  %-9s%8.3f", names[c], p->peak_entropy[c]);
    if (!isnan(p->slope[c][0]) && !isnan(p->slope[c][1]))
      printf("  slopes %+.2f along u0, %+.2f along u1, per V", p->slope[c][0], p->slope[c][1]);
    putchar('\n');
  }
  printf("  mean entropies: first %.3f, second %.3f; of the interface's bins %.3f\n", p->mean_entropy[0],
         p->mean_entropy[1], p->interface_entropy);
}

void prediction_report(seam_result *result) {
  seam_prediction p;
  if (!seam_result_prediction(result, &p)) return;
  printf("  of %s first x %s second components%s%s%s:\n", text_count((int64_t)p.first).text,
         text_count((int64_t)p.second).text, p.weighed ? " at beta " : "",
         p.weighed ? seam_config_get(seam_result_config(result), "beta") : "",
         p.acceptance > 0 ? ", with 95% intervals" : "");
  if (p.acceptance > 0) {
    share_line(p.weighed ? "mean weight" : "acceptance", p.acceptance, p.acceptance_error);
    share_line("buffer", p.buffer, p.buffer_error);
  } else {
    printf("  none of these pairs %s: use more --chains and --draws\n", p.weighed ? "weighs anything" : "works");
  }
  if (!isnan(p.effective_pairs))
    printf("  effective sample size of the acceptance: %s pairs\n", text_si(p.effective_pairs).text);
  if (p.outside > 0 && p.outside <= OUTSIDE_ALLOWED) /* more than this is a warning of its own */
    printf("  %s of first components leave the range and %s\n", text_percent(p.outside).text,
           p.weighed ? "weigh nothing" : "work with none");
  peak_lines(&p);
}

json_t *prediction_json(const seam_result *result) {
  seam_prediction p;
  if (!seam_result_prediction(result, &p)) return json_null();
  return json_pack("{s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:[oo], s:[oo], s:[[oo][oo]], s:[oo], s:o}",
                   "weighed", p.weighed, "first", (json_int_t)p.first, "second", (json_int_t)p.second, "acceptance",
                   json_number(p.acceptance), "acceptance_error", json_number(p.acceptance_error), "buffer",
                   json_number(p.buffer), "buffer_error", json_number(p.buffer_error), "first_variance",
                   json_number(p.first_variance), "second_variance", json_number(p.second_variance), "effective_pairs",
                   json_number(p.effective_pairs), "outside", json_number(p.outside), "peak", json_number(p.peak[0]),
                   json_number(p.peak[1]), "peak_entropy", json_number(p.peak_entropy[0]),
                   json_number(p.peak_entropy[1]), "slope", json_number(p.slope[0][0]), json_number(p.slope[0][1]),
                   json_number(p.slope[1][0]), json_number(p.slope[1][1]), "mean_entropy",
                   json_number(p.mean_entropy[0]), json_number(p.mean_entropy[1]), "interface_entropy",
                   json_number(p.interface_entropy));
}
