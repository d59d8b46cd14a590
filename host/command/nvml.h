/* SPDX-License-Identifier: Apache-2.0 */
/* Reads clock and power of a card from NVML, the management library of NVIDIA, if the machine has it. */
#ifndef SEAM_NVML_H
#define SEAM_NVML_H

struct nvml;

/* Finds the card by its PCI address as CUDA writes it, "0000:17:00.0". `library` is the file to load, or NULL for
 * that of the driver. Returns NULL if there is no library, no driver or no such card. */
struct nvml *nvml_open(const char *library, const char *bus);
void nvml_close(struct nvml *nvml); /* NULL is allowed */

/* The present values; NAN if the card does not give one. */
double nvml_clock(const struct nvml *nvml);          /* MHz, of the multiprocessors */
double nvml_greatest_clock(const struct nvml *nvml); /* MHz, the limit */
double nvml_power(const struct nvml *nvml);          /* W, of the whole card; most kinds average over the last second */

#endif
