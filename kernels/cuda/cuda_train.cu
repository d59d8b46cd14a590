/* SPDX-License-Identifier: Apache-2.0 */
/* The training kernels of one pair of kinds: exact, or with SEAM_FAST in the GPU's approximate arithmetic.
 *
 * A thread loads its chain once, trains it in registers, and stores it once. */
#include "cuda_pair.h"

HD void train(const struct cuda_argument *a, int optimizer) {
  uint32_t thread = thread_number();
  if (thread >= a->batch.chains) return;
  struct chain chain;
  pair_move_chain(LOAD, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
  chain_train(&chain, pair_recipe(optimizer), &a->job, thread_chain_id(&a->batch, thread), a->batch.begin,
              a->batch.end);
  pair_move_chain(STORE, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
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
