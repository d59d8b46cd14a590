/* SPDX-License-Identifier: Apache-2.0 */
/* The training kernels of one pair of kinds, in exact arithmetic or, with SEAM_FAST, with the GPU's approximations.
 *
 * State is loaded once, worked on in registers and stored once. */
#include "cuda_pair.h"

HD void train(const struct cuda_argument *a, int optimizer) {
  uint32_t thread = own_thread();
  if (thread >= a->batch.chains) return;
  struct chain chain;
  state_chain(LOAD, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
  chain_train(&chain, recipe_of(optimizer), &a->job, id_of(&a->batch, thread), a->batch.begin, a->batch.end);
  state_chain(STORE, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
}

KERNEL(CUDA_TRAIN_THREADS) train_sgd(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_SGD); }

KERNEL(CUDA_TRAIN_THREADS) train_adam(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_ADAM); }

KERNEL(CUDA_TRAIN_THREADS) train_langevin(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_LANGEVIN); }

#ifdef SEAM_FAST
#define TRAINING PAIR_NAME(cuda_fast)
#else
#define TRAINING PAIR_NAME(cuda_exact)
#endif

DECLARE_TABLE(cuda_training, TRAINING);
const struct cuda_training TRAINING = {
    {(const void *)train_sgd, (const void *)train_adam, (const void *)train_langevin}};
