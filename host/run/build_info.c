/* SPDX-License-Identifier: Apache-2.0 */
/* Says how the library was built. */
#include "commit.h"
#include "kernels/job.h"
#include "seam.h"

#define TEXT_OF(macro) #macro
#define TEXT(macro)    TEXT_OF(macro)

#if defined(__clang__)
#define COMPILER "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)
#else
#define COMPILER "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__) "." TEXT(__GNUC_PATCHLEVEL__)
#endif

#if defined(__x86_64__)
#define ISAS_BUILT "baseline v3 v4"
#else
#define ISAS_BUILT "baseline"
#endif

#ifndef SEAM_CUDA_VERSION
#define SEAM_CUDA_VERSION NULL
#endif

seam_build seam_build_info(void) {
  return (seam_build){.version = SEAM_VERSION,
                      .commit = SEAM_COMMIT,
                      .compiler = COMPILER,
                      .isas = ISAS_BUILT,
                      .cuda = SEAM_CUDA_VERSION,
                      .mpi = seam_mpi(),
                      .arithmetic_revision = ARITHMETIC_REVISION};
}
