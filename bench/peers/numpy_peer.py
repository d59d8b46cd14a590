#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training in NumPy: many chains at once, the backward pass by hand, every array allocated once."""

import numpy

import common
from common import SAMPLES, UNITS, Task


class Mlp:
    """One component of a chunk of chains: theta[parameter, chain], voltages[voltage, chain]."""

    def __init__(self, theta: numpy.ndarray, gradient: numpy.ndarray):
        self.w, self.b, self.a, self.c = numpy.split(theta, [UNITS, 2 * UNITS, 3 * UNITS])
        self.g_w, self.g_b, self.g_a, self.g_c = numpy.split(gradient, [UNITS, 2 * UNITS, 3 * UNITS])
        self.tanh, self.d_z, self.product = numpy.empty((3, UNITS, 2 * SAMPLES, theta.shape[1]), numpy.float32)

    def forward(self, v: numpy.ndarray, out: numpy.ndarray) -> None:
        numpy.multiply(self.w[:, None], v, out=self.tanh)
        self.tanh += self.b[:, None]
        numpy.tanh(self.tanh, out=self.tanh)
        numpy.multiply(self.a[:, None], self.tanh, out=self.product).sum(0, out=out)
        out += self.c

    def backward(self, v: numpy.ndarray, d_out: numpy.ndarray, d_in: numpy.ndarray | None) -> None:
        d_out.sum(0, out=self.g_c[0])
        numpy.multiply(d_out, self.tanh, out=self.product).sum(1, out=self.g_a)
        numpy.multiply(self.tanh, self.tanh, out=self.d_z)
        numpy.subtract(1, self.d_z, out=self.d_z)
        self.d_z *= d_out
        self.d_z *= self.a[:, None]
        self.d_z.sum(1, out=self.g_b)
        numpy.multiply(self.d_z, v, out=self.product).sum(1, out=self.g_w)
        if d_in is not None:
            numpy.multiply(self.d_z, self.w[:, None], out=self.product).sum(0, out=d_in)


class Buffer:
    """The same of lo + (hi - lo)·sigma(g·(v - t))."""

    def __init__(self, theta: numpy.ndarray, gradient: numpy.ndarray):
        self.g, self.t, self.low, self.high = theta
        self.gradient = gradient
        self.sigma, self.centred, self.d_z = numpy.empty((3, 2 * SAMPLES, theta.shape[1]), numpy.float32)

    def forward(self, v: numpy.ndarray, out: numpy.ndarray) -> None:
        numpy.subtract(v, self.t, out=self.centred)
        numpy.multiply(self.centred, self.g, out=self.sigma)
        self.sigma *= 0.5
        numpy.tanh(self.sigma, out=self.sigma)
        self.sigma += 1
        self.sigma *= 0.5
        numpy.multiply(self.sigma, self.high - self.low, out=out)
        out += self.low

    def backward(self, v: numpy.ndarray, d_out: numpy.ndarray, d_in: numpy.ndarray | None) -> None:
        numpy.multiply(d_out, self.sigma, out=self.d_z)
        self.d_z.sum(0, out=self.gradient[3])
        numpy.subtract(d_out.sum(0), self.gradient[3], out=self.gradient[2])
        self.sigma -= 1
        self.d_z *= self.sigma
        self.d_z *= self.low - self.high
        self.centred *= self.d_z
        self.centred.sum(0, out=self.gradient[0])
        self.d_z *= self.g
        if d_in is not None:
            d_in[:] = self.d_z
        self.d_z.sum(0, out=self.gradient[1])
        numpy.negative(self.gradient[1], out=self.gradient[1])


KINDS = {"mlp8": Mlp, "buffer": Buffer}


class Chunk:
    """A chunk of chains and its optimizer."""

    def __init__(self, task: Task):
        self.task = task
        shape = (2, common.PARAMETERS[task.pair], task.chunk)
        self.theta, self.gradient, self.mean, self.square, self.scratch = numpy.empty((5, *shape), numpy.float32)
        self.first, self.second = (KINDS[task.pair](self.theta[i], self.gradient[i]) for i in range(2))
        self.v = numpy.repeat(common.voltages(SAMPLES)[:, None], task.chunk, 1)
        self.target = common.targets(SAMPLES)[:, None]
        self.u, self.y = numpy.empty((2, *self.v.shape), numpy.float32)

    def train(self, theta: numpy.ndarray) -> numpy.ndarray:
        self.theta[:] = theta
        self.mean[:] = 0
        self.square[:] = 0
        update = getattr(self, self.task.optimizer)
        with numpy.errstate(all="ignore"):
            for step in range(1, self.task.steps + 1):
                self.find_gradient()
                update(step)
        return self.theta

    def find_gradient(self) -> None:
        self.first.forward(self.v, self.u)
        self.second.forward(self.u, self.y)
        self.y -= self.target
        self.y *= 1 / SAMPLES  # 2/S, S = 2 SAMPLES
        d_u = numpy.empty_like(self.u)
        self.second.backward(self.u, self.y, d_u)
        self.first.backward(self.v, d_u, None)

    def sgd(self, step: int) -> None:
        self.gradient *= self.task.lr
        self.theta -= self.gradient

    def adam(self, step: int) -> None:
        scale, root = common.adam_scales(self.task.lr, step)
        self.mean *= common.BETA1
        self.mean += numpy.multiply(self.gradient, 1 - common.BETA1, out=self.scratch)
        self.square *= common.BETA2
        self.gradient *= self.gradient
        self.square += numpy.multiply(self.gradient, 1 - common.BETA2, out=self.scratch)
        numpy.sqrt(self.square, out=self.scratch)
        self.scratch *= root
        self.scratch += common.EPSILON
        numpy.divide(self.mean, self.scratch, out=self.scratch)
        self.scratch *= scale
        self.theta -= self.scratch


def load(task: Task) -> tuple[dict, str]:
    return {"numpy": lambda task: Chunk(task).train}, numpy.__version__


if __name__ == "__main__":
    common.main(__doc__, {"cpu": ["numpy"]}, load)
