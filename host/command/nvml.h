/* SPDX-License-Identifier: Apache-2.0 */
/* The clock and the power of one card, asked of NVIDIA's management library (NVML) where this machine has it. */
#ifndef SEAM_NVML_H
#define SEAM_NVML_H

struct nvml;

/* Finds the card by its PCI address as CUDA writes it, "0000:17:00.0". `library` is the file to load, NULL for the
 * driver's own. NULL where there is no library, no driver or no such card: clock and power then stay unknown. */
struct nvml *nvml_open(const char *library, const char *bus);
void nvml_close(struct nvml *nvml); /* NULL is allowed */

/* What the card says now; NAN where it does not say. */
double nvml_clock(const struct nvml *nvml);          /* MHz, of the multiprocessors */
double nvml_greatest_clock(const struct nvml *nvml); /* MHz, that they could run at */
double nvml_power(const struct nvml *nvml);          /* W, of the whole card; most kinds average over the last second */

#endif
