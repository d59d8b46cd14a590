/* SPDX-License-Identifier: Apache-2.0 */
/* For all CUDA kernels: the names of kinds and tables, and which chain a thread works on. */
#ifndef SEAM_CUDA_THREAD_H
#define SEAM_CUDA_THREAD_H

#include "chain.h"
#include "cuda.h"

#define KIND_OF(enumerator, name, family, size, parameters) kind_##name = KIND_##enumerator,
enum { COMPONENT_KINDS(KIND_OF) };
#undef KIND_OF

#define JOIN(a, b) a##b
#define KIND(name) JOIN(kind_, name)

#ifdef __cplusplus
#define DECLARE_TABLE(type, name) extern "C" const struct type name
#else
#define DECLARE_TABLE(type, name) extern const struct type name
#endif

/* The id of the chain of thread `thread`. */
HD struct lane_id thread_chain_id(const struct cuda_batch *batch, uint32_t thread) {
  uint64_t id = batch->first_id + thread;
  struct lane_id words = {(uint32_t)id, (uint32_t)(id >> 32)};
  return words;
}

/* The number of this thread in the grid. */
HD uint32_t thread_number(void) { return lane_block() * lane_threads() + lane_thread(); }

#endif
