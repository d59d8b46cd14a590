#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training in JAX: vmap over chains, jit, lax.scan over steps, donated buffers, float32; on the CPU and CUDA."""

import functools
import os
import typing

import numpy

import common
from common import SAMPLES, Task

STEPS_A_CALL = 50  # fixed, so that a run of another length needs no new compilation


def make_loss(task: Task, trailing: tuple) -> typing.Callable:
    """The loss of theta[component, parameter, ...]. `trailing` gives the voltages axes to broadcast along."""
    import jax

    v, target = (x[(..., *trailing)] for x in (common.voltages(SAMPLES), common.targets(SAMPLES)))

    def loss(theta):
        u = common.forward(task.pair, theta[0], v, jax.numpy.tanh, jax.nn.sigmoid)
        y = common.forward(task.pair, theta[1], u, jax.numpy.tanh, jax.nn.sigmoid)
        return ((y - target) ** 2).mean(0).sum()

    return loss


def make_step(task: Task, gradient: typing.Callable) -> typing.Callable:
    """One update of (theta, mean, square, number of the step)."""
    import jax

    def sgd(state, _):
        theta, mean, square, step = state
        return (theta - task.lr * gradient(theta), mean, square, step + 1), None

    def adam(state, _):
        theta, mean, square, step = state
        g = gradient(theta)
        mean = common.BETA1 * mean + (1 - common.BETA1) * g
        square = common.BETA2 * square + (1 - common.BETA2) * g * g
        scale = task.lr / (1 - common.BETA1 ** (step + 1))
        root = 1 / (1 - common.BETA2 ** (step + 1))
        theta = theta - scale * mean / (jax.numpy.sqrt(square * root) + common.EPSILON)
        return (theta, mean, square, step + 1), None

    return {"sgd": sgd, "adam": adam}[task.optimizer]


def trainer(task: Task, axis: int | None, whole: bool, unroll: int) -> typing.Callable:
    """axis: the chains' in theta under vmap, or None where the loss of all is summed. whole: vmap the whole training,
    not a step's gradient."""
    import jax

    gradient = jax.grad(make_loss(task, (None,) if axis is None else ()))
    if axis is not None and not whole:
        gradient = jax.vmap(gradient, in_axes=axis, out_axes=axis)
    step = make_step(task, gradient)

    def several(theta, mean, square, begin):
        state = (theta, mean, square, begin)
        return jax.lax.scan(step, state, length=STEPS_A_CALL, unroll=unroll)[0]

    if whole:
        several = jax.vmap(several, in_axes=(axis, axis, axis, None), out_axes=(axis, axis, axis, None))
    return run_calls(task, jax.jit(several, donate_argnums=(0, 1, 2)), axis)


def run_calls(task: Task, call: typing.Callable, axis: int | None) -> typing.Callable:
    import jax

    if task.steps % STEPS_A_CALL:
        raise ValueError(f"{task.steps} steps are no multiple of {STEPS_A_CALL}")

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        theta = jax.numpy.array(numpy.moveaxis(theta, -1, 0) if axis == 0 else theta)
        state = theta, jax.numpy.zeros_like(theta), jax.numpy.zeros_like(theta), jax.numpy.float32(0)
        for _ in range(task.steps // STEPS_A_CALL):
            state = call(*state)
        theta = numpy.asarray(state[0])
        return numpy.moveaxis(theta, 0, -1) if axis == 0 else theta

    return train


VARIANTS = {
    "vmap-first": functools.partial(trainer, axis=0, whole=True, unroll=1),
    "vmap-last": functools.partial(trainer, axis=-1, whole=True, unroll=1),
    "vmap-step": functools.partial(trainer, axis=-1, whole=False, unroll=1),
    "batched": functools.partial(trainer, axis=None, whole=False, unroll=1),
    "batched-unroll": functools.partial(trainer, axis=None, whole=False, unroll=2),
}


def load(task: Task) -> tuple[dict, str]:
    os.environ["JAX_PLATFORMS"] = task.device
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    if task.device == "cpu" and task.threads == task.processes:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax

    jax.devices()  # says now where there is none
    return VARIANTS, jax.__version__


if __name__ == "__main__":
    common.main(__doc__, dict.fromkeys(["cpu", "cuda"], list(VARIANTS)), load)
