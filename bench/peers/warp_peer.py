#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training as an NVIDIA Warp kernel, one chain in each thread; the backward pass by hand; CPU and CUDA."""

import typing

import numpy
import warp as wp

import common
from common import SAMPLES, Task

UNITS, VOLTAGES = 8, 2 * SAMPLES
ROW = common.PARAMETERS["mlp8"]
BETA1, BETA2, EPSILON = common.BETA1, common.BETA2, common.EPSILON
P0, P1, P2, P3 = common.TANH_P
_, Q1, Q2, Q3, Q4 = common.TANH_Q
wp.config.quiet = True
wp.config.enable_backward = False

Mlp = wp.types.vector(length=ROW, dtype=wp.float32)
Four = wp.types.vector(length=common.PARAMETERS["buffer"], dtype=wp.float32)
Voltages = wp.types.vector(length=VOLTAGES, dtype=wp.float32)
Kept = wp.types.vector(length=UNITS * VOLTAGES, dtype=wp.float32)


@wp.func
def library_tanh(x: float) -> float:
    return wp.tanh(x)


@wp.func
def rational_tanh(x: float) -> float:
    c = wp.clamp(x, -9.0, 9.0)
    s = c * c
    return c * (P0 + s * (P1 + s * (P2 + s * P3))) / (1.0 + s * (Q1 + s * (Q2 + s * (Q3 + s * Q4))))


# ---- The component kinds: forward, and the gradient with the derivative by v ----------------------------------------


def make_mlp(tanh: typing.Callable) -> tuple:
    @wp.func
    def forward(theta: Mlp, v: Voltages, kept: Kept) -> tuple[Voltages, Kept]:
        out = Voltages()
        for s in range(VOLTAGES):
            sum = theta[3 * UNITS]
            for i in range(UNITS):
                t = tanh(theta[i] * v[s] + theta[UNITS + i])
                kept[i * VOLTAGES + s] = t
                sum += theta[2 * UNITS + i] * t
            out[s] = sum
        return out, kept

    @wp.func
    def backward(theta: Mlp, v: Voltages, d_out: Voltages, kept: Kept) -> tuple[Mlp, Voltages]:
        gradient = Mlp()
        d_in = Voltages()
        for s in range(VOLTAGES):
            gradient[3 * UNITS] += d_out[s]
            for i in range(UNITS):
                t = kept[i * VOLTAGES + s]
                d_z = d_out[s] * theta[2 * UNITS + i] * (1.0 - t * t)
                gradient[2 * UNITS + i] += d_out[s] * t
                gradient[UNITS + i] += d_z
                gradient[i] += d_z * v[s]
                d_in[s] += d_z * theta[i]
        return gradient, d_in

    return forward, backward, Mlp, Kept


def make_buffer(tanh: typing.Callable) -> tuple:
    @wp.func
    def forward(theta: Four, v: Voltages, kept: Voltages) -> tuple[Voltages, Voltages]:
        out = Voltages()
        for s in range(VOLTAGES):
            kept[s] = 0.5 + 0.5 * tanh(0.5 * theta[0] * (v[s] - theta[1]))
            out[s] = theta[2] + (theta[3] - theta[2]) * kept[s]
        return out, kept

    @wp.func
    def backward(theta: Four, v: Voltages, d_out: Voltages, kept: Voltages) -> tuple[Four, Voltages]:
        gradient = Four()
        d_in = Voltages()
        for s in range(VOLTAGES):
            d_z = d_out[s] * (theta[3] - theta[2]) * kept[s] * (1.0 - kept[s])
            gradient[0] += d_z * (v[s] - theta[1])
            gradient[1] -= d_z * theta[0]
            gradient[2] += d_out[s] * (1.0 - kept[s])
            gradient[3] += d_out[s] * kept[s]
            d_in[s] = d_z * theta[0]
        return gradient, d_in

    return forward, backward, Four, Voltages


KINDS = {"mlp8": make_mlp, "buffer": make_buffer}

# ---- Training -------------------------------------------------------------------------------------------------------


def make_kernel(task: Task, tanh: typing.Callable) -> wp.Kernel:
    forward, backward, Theta, Inner = KINDS[task.pair](tanh)
    count = wp.constant(common.PARAMETERS[task.pair])
    adam = wp.constant(task.optimizer == "adam")

    @wp.func
    def update(theta: Theta, mean: Theta, square: Theta, g: Theta, scale: wp.vec2) -> tuple[Theta, Theta, Theta]:
        if wp.static(adam):
            mean = BETA1 * mean + (1.0 - BETA1) * g
            square = BETA2 * square + (1.0 - BETA2) * wp.cw_mul(g, g)
            for p in range(count):
                theta[p] -= scale[0] * mean[p] / (wp.sqrt(square[p]) * scale[1] + EPSILON)
        else:
            theta = theta - scale[0] * g
        return theta, mean, square

    @wp.kernel(module="unique", module_options={"fast_math": True, "max_unroll": 25}, enable_backward=False)
    def train_all(theta: wp.array3d(dtype=wp.float32), scales: wp.array(dtype=wp.vec2), input: Voltages,
                  target: Voltages):  # fmt: skip
        id = wp.tid()
        first, mean1, square1 = Theta(), Theta(), Theta()
        second, mean2, square2 = Theta(), Theta(), Theta()
        kept1, kept2 = Inner(), Inner()
        for p in range(count):
            first[p] = theta[0, p, id]
            second[p] = theta[1, p, id]
        for step in range(scales.shape[0]):
            u, kept1 = forward(first, input, kept1)
            y, kept2 = forward(second, u, kept2)
            d_y = (y - target) * (1.0 / float(SAMPLES))  # 2/S, S = 2 SAMPLES
            gradient2, d_u = backward(second, u, d_y, kept2)
            gradient1, d_v = backward(first, input, d_u, kept1)
            first, mean1, square1 = update(first, mean1, square1, gradient1, scales[step])
            second, mean2, square2 = update(second, mean2, square2, gradient2, scales[step])
        for p in range(count):
            theta[0, p, id] = first[p]
            theta[1, p, id] = second[p]

    return train_all


def trainer(task: Task, tanh: typing.Callable, block: int) -> typing.Callable:
    kernel = make_kernel(task, tanh)
    both = {"sgd": lambda lr, step: (lr, 0.0), "adam": common.adam_scales}[task.optimizer]
    table = numpy.array([both(task.lr, step) for step in range(1, task.steps + 1)], numpy.float32)
    scales = wp.array(table, dtype=wp.vec2, device=task.device)
    levels = [Voltages(*x.tolist()) for x in (common.voltages(SAMPLES), common.targets(SAMPLES))]

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        there = wp.array(theta, dtype=wp.float32, device=task.device)
        wp.launch(kernel, theta.shape[2], [there, scales, *levels], device=task.device, block_dim=block)
        return there.numpy()

    return train


VARIANTS = {
    "library": lambda task: trainer(task, library_tanh, 128),
    "rational": lambda task: trainer(task, rational_tanh, 128),
    "library-64": lambda task: trainer(task, library_tanh, 64),
}
NAMES = {"cpu": ["library", "rational"], "cuda": list(VARIANTS)}


def load(task: Task) -> tuple[dict, str]:
    wp.init()
    return VARIANTS, wp.__version__


if __name__ == "__main__":
    common.main(__doc__, NAMES, load)
