#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training as a Triton kernel for CUDA, the backward pass by hand; each program has a block of chains.

With TRITON_INTERPRET=1 Triton's interpreter runs it on the CPU. This is slow and serves only to check the science."""

import os
import typing

import numpy
import torch
import triton
import triton.language as tl

import common
from common import SAMPLES, Task

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
UNITS = tl.constexpr(common.UNITS)
MARGIN = tl.constexpr(common.INPUT_MARGIN)
SPACING = tl.constexpr(2 * common.INPUT_MARGIN / (SAMPLES - 1))
LEVEL = tl.constexpr(SAMPLES)  # voltages a level
SCALE = tl.constexpr(1 / SAMPLES)  # 2/S, S = 2 SAMPLES
BETA1, BETA2 = tl.constexpr(common.BETA1), tl.constexpr(common.BETA2)
EPSILON = tl.constexpr(common.EPSILON)
HARDWARE = tl.constexpr(not INTERPRETED)


@triton.jit
def tanh(x):
    if HARDWARE:
        return tl.inline_asm_elementwise("tanh.approx.f32 $0, $1;", "=f,f", [x], tl.float32, is_pure=True, pack=1)
    return 2 * tl.sigmoid(2 * x) - 1


# ---- The component kinds --------------------------------------------------------------------------------------------
# A component is four tensors over (unit, chain): w, b, a, c, c with one row; or g, t, lo, hi, one row each.


@triton.jit
def mlp_forward(w, b, a, c, v):
    kept = tanh(w * v + b)
    return c + tl.sum(a * kept, 0, keep_dims=True), kept


@triton.jit
def mlp_backward(w, b, a, c, v, d, kept):
    d_z = d * a * (1 - kept * kept)
    return d_z * v, d_z, d * kept, d, tl.sum(d_z * w, 0, keep_dims=True)


@triton.jit
def buffer_forward(g, t, low, high, v):
    kept = 0.5 + 0.5 * tanh(0.5 * g * (v - t))
    return low + (high - low) * kept, kept


@triton.jit
def buffer_backward(g, t, low, high, v, d, kept):
    d_z = d * (high - low) * kept * (1 - kept)
    return d_z * (v - t), -d_z * g, d * (1 - kept), d * kept, d_z * g


@triton.jit
def forward(a, b, c, d, v, MLP: tl.constexpr):
    if MLP:
        return mlp_forward(a, b, c, d, v)
    else:  # without it both would be compiled
        return buffer_forward(a, b, c, d, v)


@triton.jit
def backward(a, b, c, d, v, d_out, kept, MLP: tl.constexpr):
    if MLP:
        return mlp_backward(a, b, c, d, v, d_out, kept)
    else:
        return buffer_backward(a, b, c, d, v, d_out, kept)


# ---- Training -------------------------------------------------------------------------------------------------------


@triton.jit
def update(theta, mean, square, g, scale, root, ADAM: tl.constexpr):
    if ADAM:
        mean = BETA1 * mean + (1 - BETA1) * g
        square = BETA2 * square + (1 - BETA2) * g * g
        theta -= scale * mean / (tl.sqrt(square) * root + EPSILON)
    else:
        theta -= scale * g
    return theta, mean, square


@triton.jit
def rows(theta, component, begin, ROWS: tl.constexpr, COUNT: tl.constexpr, chains, ids):
    """Where parameters begin ... begin + ROWS of one component stand."""
    return theta + ((tl.arange(0, ROWS) + (component * COUNT + begin))[:, None] * chains + ids[None, :])


@triton.jit
def train_all(theta, scales, steps, chains, MLP: tl.constexpr, ADAM: tl.constexpr, BLOCK: tl.constexpr):
    ROWS: tl.constexpr = UNITS if MLP else 1
    COUNT: tl.constexpr = 3 * ROWS + 1
    ids = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    there = (ids < chains)[None, :]
    p0, p1 = rows(theta, 0, 0, ROWS, COUNT, chains, ids), rows(theta, 0, ROWS, ROWS, COUNT, chains, ids)
    p2, p3 = rows(theta, 0, 2 * ROWS, ROWS, COUNT, chains, ids), rows(theta, 0, 3 * ROWS, 1, COUNT, chains, ids)
    q0, q1 = rows(theta, 1, 0, ROWS, COUNT, chains, ids), rows(theta, 1, ROWS, ROWS, COUNT, chains, ids)
    q2, q3 = rows(theta, 1, 2 * ROWS, ROWS, COUNT, chains, ids), rows(theta, 1, 3 * ROWS, 1, COUNT, chains, ids)
    a0, a1, a2, a3 = tl.load(p0, there), tl.load(p1, there), tl.load(p2, there), tl.load(p3, there)
    b0, b1, b2, b3 = tl.load(q0, there), tl.load(q1, there), tl.load(q2, there), tl.load(q3, there)
    wide, thin = tl.zeros((ROWS, BLOCK), tl.float32), tl.zeros((1, BLOCK), tl.float32)
    m0, m1, m2, m3, n0, n1, n2, n3 = wide, wide, wide, thin, wide, wide, wide, thin
    s0, s1, s2, s3, r0, r1, r2, r3 = wide, wide, wide, thin, wide, wide, wide, thin
    for step in range(steps):
        g0, g1, g2, g3, h0, h1, h2, h3 = wide, wide, wide, thin, wide, wide, wide, thin
        for level in tl.static_range(2):
            for sample in tl.static_range(LEVEL):
                v = thin + (level - MARGIN + SPACING * sample)
                u, kept_u = forward(a0, a1, a2, a3, v, MLP)
                y, kept_y = forward(b0, b1, b2, b3, u, MLP)
                d_y = (y - level) * SCALE
                k0, k1, k2, k3, d_u = backward(b0, b1, b2, b3, u, d_y, kept_y, MLP)
                j0, j1, j2, j3, _ = backward(a0, a1, a2, a3, v, d_u, kept_u, MLP)
                g0, g1, g2, g3 = g0 + j0, g1 + j1, g2 + j2, g3 + j3
                h0, h1, h2, h3 = h0 + k0, h1 + k1, h2 + k2, h3 + k3
        scale, root = tl.load(scales + 2 * step), tl.load(scales + 2 * step + 1)
        a0, m0, s0 = update(a0, m0, s0, g0, scale, root, ADAM)
        a1, m1, s1 = update(a1, m1, s1, g1, scale, root, ADAM)
        a2, m2, s2 = update(a2, m2, s2, g2, scale, root, ADAM)
        a3, m3, s3 = update(a3, m3, s3, g3, scale, root, ADAM)
        b0, n0, r0 = update(b0, n0, r0, h0, scale, root, ADAM)
        b1, n1, r1 = update(b1, n1, r1, h1, scale, root, ADAM)
        b2, n2, r2 = update(b2, n2, r2, h2, scale, root, ADAM)
        b3, n3, r3 = update(b3, n3, r3, h3, scale, root, ADAM)
    tl.store(p0, a0, there)
    tl.store(p1, a1, there)
    tl.store(p2, a2, there)
    tl.store(p3, a3, there)
    tl.store(q0, b0, there)
    tl.store(q1, b1, there)
    tl.store(q2, b2, there)
    tl.store(q3, b3, there)


def trainer(task: Task, block: int, warps: int) -> typing.Callable:
    device = "cpu" if INTERPRETED else task.device
    both = {"sgd": lambda lr, step: (lr, 0.0), "adam": common.adam_scales}[task.optimizer]
    table = numpy.array([both(task.lr, step) for step in range(1, task.steps + 1)], numpy.float32)
    scales = torch.from_numpy(table).to(device)

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        there, chains = torch.from_numpy(theta).to(device), theta.shape[2]
        launch = train_all[(triton.cdiv(chains, block),)]
        launch(there, scales, task.steps, chains, task.pair == "mlp8", task.optimizer == "adam", block,
               num_warps=warps)  # fmt: skip
        return there.cpu().numpy()

    return train


# Chains and warps of a program: with more threads than chains, those of a chain share its units.
SHAPES = [(32, 1), (64, 2), (128, 4), (32, 2), (64, 4)]
VARIANTS = {f"{block}-{warps}": lambda task, block=block, warps=warps: trainer(task, block, warps)
            for block, warps in SHAPES}  # fmt: skip


def load(task: Task) -> tuple[dict, str]:
    return VARIANTS, triton.__version__


if __name__ == "__main__":
    common.main(__doc__, {"cuda": list(VARIANTS)}, load)
