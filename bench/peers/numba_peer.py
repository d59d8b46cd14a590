#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training as Numba kernels, the backward pass by hand.

On the CPU a loop takes several chains at a time, so that LLVM can use vectors. On CUDA each thread has one chain."""

import functools
import math
import typing

import numba
import numpy
from numba import cuda

import common
from common import SAMPLES, Task

F = numpy.float32
UNITS, VOLTAGES = 8, 2 * SAMPLES
INPUT, TARGET = common.voltages(SAMPLES), common.targets(SAMPLES)
ONE, TWO, HALF, SCALE = F(1), F(2), F(0.5), F(1 / SAMPLES)  # SCALE = 2/S, S = 2 SAMPLES
BETA1, BETA2, EPSILON = F(common.BETA1), F(common.BETA2), F(common.EPSILON)
P0, P1, P2, P3 = (F(x) for x in common.TANH_P)
_, Q1, Q2, Q3, Q4 = (F(x) for x in common.TANH_Q)


def library_tanh(x):
    return math.tanh(x)


def rational_tanh(x):
    x = max(min(x, F(9)), F(-9))
    s = x * x
    return x * (P0 + s * (P1 + s * (P2 + s * P3))) / (ONE + s * (Q1 + s * (Q2 + s * (Q3 + s * Q4))))


TANH = {"library": library_tanh, "rational": rational_tanh}

# ---- The component kinds --------------------------------------------------------------------------------------------
# theta[parameter, lane] of one component, kept[unit, voltage, lane]. `jit` makes a function of the host or of the card.


def make_mlp(jit: typing.Callable, tanh: typing.Callable, lanes: int) -> tuple:
    @jit
    def forward(theta, v, out, kept):
        for s in range(VOLTAGES):
            for l in range(lanes):
                out[s, l] = theta[3 * UNITS, l]
            for i in range(UNITS):
                for l in range(lanes):
                    t = tanh(theta[i, l] * v[s, l] + theta[UNITS + i, l])
                    kept[i, s, l] = t
                    out[s, l] += theta[2 * UNITS + i, l] * t

    @jit
    def backward(theta, v, d_out, kept, gradient, d_in):
        for l in range(lanes):
            gradient[3 * UNITS, l] = F(0)
        for s in range(VOLTAGES):
            for l in range(lanes):
                gradient[3 * UNITS, l] += d_out[s, l]
                d_in[s, l] = F(0)
        for i in range(UNITS):
            for l in range(lanes):
                gradient[i, l] = gradient[UNITS + i, l] = gradient[2 * UNITS + i, l] = F(0)
            for s in range(VOLTAGES):
                for l in range(lanes):
                    t, d = kept[i, s, l], d_out[s, l]
                    d_z = d * theta[2 * UNITS + i, l] * (ONE - t * t)
                    gradient[2 * UNITS + i, l] += d * t
                    gradient[UNITS + i, l] += d_z
                    gradient[i, l] += d_z * v[s, l]
                    d_in[s, l] += d_z * theta[i, l]

    return forward, backward


def make_buffer(jit: typing.Callable, tanh: typing.Callable, lanes: int) -> tuple:
    @jit
    def forward(theta, v, out, kept):
        for s in range(VOLTAGES):
            for l in range(lanes):
                sigma = HALF + HALF * tanh(HALF * theta[0, l] * (v[s, l] - theta[1, l]))
                kept[0, s, l] = sigma
                out[s, l] = theta[2, l] + (theta[3, l] - theta[2, l]) * sigma

    @jit
    def backward(theta, v, d_out, kept, gradient, d_in):
        for l in range(lanes):
            gradient[0, l] = gradient[1, l] = gradient[2, l] = gradient[3, l] = F(0)
        for s in range(VOLTAGES):
            for l in range(lanes):
                sigma, d = kept[0, s, l], d_out[s, l]
                d_z = d * (theta[3, l] - theta[2, l]) * sigma * (ONE - sigma)
                gradient[0, l] += d_z * (v[s, l] - theta[1, l])
                gradient[1, l] -= d_z * theta[0, l]
                gradient[2, l] += d * (ONE - sigma)
                gradient[3, l] += d * sigma
                d_in[s, l] = d_z * theta[0, l]

    return forward, backward


KINDS = {"mlp8": (make_mlp, UNITS), "buffer": (make_buffer, 1)}

# ---- Training -------------------------------------------------------------------------------------------------------


def make_update(jit: typing.Callable, optimizer: str, lanes: int) -> typing.Callable:
    @jit
    def sgd(theta, gradient, mean, square, scale, root):
        for p in range(theta.shape[0]):
            for l in range(lanes):
                theta[p, l] -= scale * gradient[p, l]

    @jit
    def adam(theta, gradient, mean, square, scale, root):
        for p in range(theta.shape[0]):
            for l in range(lanes):
                g = gradient[p, l]
                mean[p, l] = BETA1 * mean[p, l] + (ONE - BETA1) * g
                square[p, l] = BETA2 * square[p, l] + (ONE - BETA2) * g * g
                theta[p, l] -= scale * mean[p, l] / (math.sqrt(square[p, l]) * root + EPSILON)

    return sgd if optimizer == "sgd" else adam


def make_chain(jit: typing.Callable, pair: str, optimizer: str, tanh: str, lanes: int) -> typing.Callable:
    """train(first, second, scales, and scratch of the lanes): all steps of `lanes` chains."""
    forward, backward = KINDS[pair][0](jit, jit(TANH[tanh]), lanes)
    update = make_update(jit, optimizer, lanes)

    @jit
    def train(first, second, scales, state, v, u, y, d, kept):
        for s in range(VOLTAGES):
            for l in range(lanes):
                v[s, l] = INPUT[s]
        for step in range(scales.shape[0]):
            forward(first, v, u, kept[0])
            forward(second, u, y, kept[1])
            for s in range(VOLTAGES):
                for l in range(lanes):
                    y[s, l] = SCALE * (y[s, l] - TARGET[s])
            backward(second, u, y, kept[1], state[1, 0], d)
            backward(first, v, d, kept[0], state[0, 0], y)
            update(first, state[0, 0], state[0, 1], state[0, 2], scales[step, 0], scales[step, 1])
            update(second, state[1, 0], state[1, 1], state[1, 2], scales[step, 0], scales[step, 1])

    return train


def make_scales(task: Task) -> numpy.ndarray:
    """(lr, unused) or Adam's two of each step."""
    both = {"sgd": lambda lr, step: (lr, 0.0), "adam": common.adam_scales}[task.optimizer]
    return numpy.array([both(task.lr, step) for step in range(1, task.steps + 1)], F)


# Kernels are kept, for chains and steps may be any: compiling takes longer than training.
@functools.cache
def cpu_kernel(pair: str, optimizer: str, tanh: str, lanes: int) -> typing.Callable:
    jit = numba.njit(fastmath=True, error_model="numpy", inline="always")
    chain = make_chain(jit, pair, optimizer, tanh, lanes)
    count, units = common.PARAMETERS[pair], KINDS[pair][1]

    @numba.njit(parallel=True, fastmath=True, error_model="numpy")
    def train_all(theta, scales):
        for group in numba.prange(theta.shape[2] // lanes):
            own = theta[:, :, group * lanes : (group + 1) * lanes].copy()
            state = numpy.zeros((2, 3, count, lanes), F)  # of each component: gradient, Adam's two moments
            scratch = numpy.empty((4, VOLTAGES, lanes), F)
            kept = numpy.empty((2, units, VOLTAGES, lanes), F)
            chain(own[0], own[1], scales, state, scratch[0], scratch[1], scratch[2], scratch[3], kept)
            theta[:, :, group * lanes : (group + 1) * lanes] = own

    return train_all


def on_cpu(task: Task, tanh: str, lanes: int) -> typing.Callable:
    kernel, scales = cpu_kernel(task.pair, task.optimizer, tanh, lanes), make_scales(task)

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        kernel(theta, scales)
        return theta

    return train


@functools.cache
def cuda_kernel(pair: str, optimizer: str, tanh: str) -> typing.Callable:
    chain = make_chain(cuda.jit(device=True, fastmath=True), pair, optimizer, tanh, 1)
    count, units = common.PARAMETERS[pair], KINDS[pair][1]

    @cuda.jit(fastmath=True)
    def train_all(theta, scales):
        id = cuda.grid(1)
        if id >= theta.shape[2]:
            return
        own = cuda.local.array((2, count, 1), numba.float32)
        state = cuda.local.array((2, 3, count, 1), numba.float32)
        scratch = cuda.local.array((4, VOLTAGES, 1), numba.float32)
        kept = cuda.local.array((2, units, VOLTAGES, 1), numba.float32)
        for component in range(2):
            for p in range(count):
                own[component, p, 0] = theta[component, p, id]
                for part in range(3):
                    state[component, part, p, 0] = F(0)
        chain(own[0], own[1], scales, state, scratch[0], scratch[1], scratch[2], scratch[3], kept)
        for component in range(2):
            for p in range(count):
                theta[component, p, id] = own[component, p, 0]

    return train_all


def on_cuda(task: Task, tanh: str, block: int) -> typing.Callable:
    kernel, scales = cuda_kernel(task.pair, task.optimizer, tanh), cuda.to_device(make_scales(task))

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        there = cuda.to_device(theta)
        kernel[-(-theta.shape[2] // block), block](there, scales)
        return there.copy_to_host()

    return train


VARIANTS = {
    "cpu": {
        "rational-16": lambda task: on_cpu(task, "rational", 16),
        "rational-64": lambda task: on_cpu(task, "rational", 64),
        "library-16": lambda task: on_cpu(task, "library", 16),
    },
    "cuda": {
        "library-128": lambda task: on_cuda(task, "library", 128),
        "library-64": lambda task: on_cuda(task, "library", 64),
        "rational-128": lambda task: on_cuda(task, "rational", 128),
    },
}


def load(task: Task) -> tuple[dict, str]:
    if task.device == "cpu":
        numba.set_num_threads(min(task.threads // task.processes, numba.config.NUMBA_NUM_THREADS))
    return VARIANTS[task.device], numba.__version__


if __name__ == "__main__":
    common.main(__doc__, {device: list(names) for device, names in VARIANTS.items()}, load)
