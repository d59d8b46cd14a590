#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seam's training in PyTorch: eager with autograd, eager with the backward pass by hand, torch.func.vmap, and
torch.compile; on the CPU and on CUDA."""

import typing

import numpy
import torch

import common
from common import SAMPLES, UNITS, Task

# ---- What they share ------------------------------------------------------------------------------------------------
# Chains are the last, contiguous dimension of every tensor; before it come hidden units and voltages.


def on(device: str, array: numpy.ndarray) -> torch.Tensor:
    return torch.tensor(array, device=device)  # a copy in any case


def back(tensor: torch.Tensor) -> numpy.ndarray:
    return tensor.detach().cpu().numpy()


def forward(pair: str, theta: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return common.forward(pair, theta, v, torch.tanh, torch.sigmoid)


def losses(pair: str, theta: torch.Tensor, v: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss of each chain; v and target broadcast over chains."""
    y = forward(pair, theta[1], forward(pair, theta[0], v))
    return ((y - target) ** 2).mean(0)


def make_optimizer(task: Task, parameters: list[torch.Tensor], implementation: str) -> torch.optim.Optimizer:
    """PyTorch's own, in its fused or foreach implementation."""
    ways = {implementation: True}
    if task.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=task.lr, **ways)
    return torch.optim.Adam(parameters, lr=task.lr, betas=(common.BETA1, common.BETA2), eps=common.EPSILON, **ways)


# ---- Eager, as most users would write it ----------------------------------------------------------------------------


def autograd(task: Task, implementation: str) -> typing.Callable:
    v, target = (on(task.device, x)[:, None] for x in (common.voltages(SAMPLES), common.targets(SAMPLES)))

    def train(theta: numpy.ndarray) -> numpy.ndarray:
        parameters = [on(task.device, component).requires_grad_() for component in theta]
        optimizer = make_optimizer(task, parameters, implementation)
        for _ in range(task.steps):
            optimizer.zero_grad()
            losses(task.pair, parameters, v, target).sum().backward()  # chains share nothing: each has its own gradient
            optimizer.step()
        return back(torch.stack(parameters))

    return train


# ---- Eager, the backward pass by hand and every tensor allocated once -----------------------------------------------


class Mlp:
    def __init__(self, theta: torch.Tensor, gradient: torch.Tensor):
        self.w, self.b, self.a, self.c = torch.split(theta, [UNITS, UNITS, UNITS, 1])
        self.g_w, self.g_b, self.g_a, self.g_c = torch.split(gradient, [UNITS, UNITS, UNITS, 1])
        shape = (3, UNITS, 2 * SAMPLES, theta.shape[1])
        self.tanh, self.d_z, self.product = torch.empty(shape, device=theta.device)

    def forward(self, v: torch.Tensor, out: torch.Tensor) -> None:
        torch.addcmul(self.b[:, None], self.w[:, None], v, out=self.tanh).tanh_()
        torch.mul(self.a[:, None], self.tanh, out=self.product)
        torch.sum(self.product, 0, out=out).add_(self.c)

    def backward(self, v: torch.Tensor, d_out: torch.Tensor, d_in: torch.Tensor | None) -> None:
        torch.sum(d_out, 0, keepdim=True, out=self.g_c)
        torch.sum(torch.mul(d_out, self.tanh, out=self.product), 1, out=self.g_a)
        torch.mul(d_out, self.a[:, None], out=self.product)
        torch.ops.aten.tanh_backward.grad_input(self.product, self.tanh, grad_input=self.d_z)
        torch.sum(self.d_z, 1, out=self.g_b)
        torch.sum(torch.mul(self.d_z, v, out=self.product), 1, out=self.g_w)
        if d_in is not None:
            torch.sum(torch.mul(self.d_z, self.w[:, None], out=self.product), 0, out=d_in)


class Buffer:
    def __init__(self, theta: torch.Tensor, gradient: torch.Tensor):
        self.g, self.t, self.low, self.high = theta
        self.gradient = gradient
        shape = (3, 2 * SAMPLES, theta.shape[1])
        self.sigma, self.centred, self.d_z = torch.empty(shape, device=theta.device)

    def forward(self, v: torch.Tensor, out: torch.Tensor) -> None:
        torch.sub(v, self.t, out=self.centred)
        torch.mul(self.centred, self.g, out=self.sigma).sigmoid_()
        torch.addcmul(self.low, self.sigma, self.high - self.low, out=out)

    def backward(self, v: torch.Tensor, d_out: torch.Tensor, d_in: torch.Tensor | None) -> None:
        torch.sum(torch.mul(d_out, self.sigma, out=self.d_z), 0, out=self.gradient[3])
        torch.sub(torch.sum(d_out, 0), self.gradient[3], out=self.gradient[2])
        torch.ops.aten.sigmoid_backward.grad_input(d_out, self.sigma, grad_input=self.d_z)
        self.d_z.mul_(self.high - self.low)
        torch.sum(self.centred.mul_(self.d_z), 0, out=self.gradient[0])
        self.d_z.mul_(self.g)
        if d_in is not None:
            d_in.copy_(self.d_z)
        torch.sum(self.d_z, 0, out=self.gradient[1]).neg_()


KINDS = {"mlp8": Mlp, "buffer": Buffer}


def by_hand(task: Task, implementation: str) -> typing.Callable:
    shape = (2, common.PARAMETERS[task.pair], task.chunk)
    parameters = torch.empty(shape, device=task.device)
    parameters.grad = torch.empty_like(parameters)
    first, second = (KINDS[task.pair](parameters[i], parameters.grad[i]) for i in range(2))
    v = on(task.device, common.voltages(SAMPLES))[:, None].expand(-1, task.chunk).contiguous()
    target = on(task.device, common.targets(SAMPLES))[:, None]
    u, y, d_u = torch.empty((3, *v.shape), device=task.device)

    @torch.no_grad()
    def train(theta: numpy.ndarray) -> numpy.ndarray:
        parameters.copy_(torch.from_numpy(theta))
        optimizer = make_optimizer(task, [parameters], implementation)
        for _ in range(task.steps):
            first.forward(v, u)
            second.forward(u, y)
            d_y = y.sub_(target).mul_(1 / SAMPLES)  # 2/S, S = 2 SAMPLES
            second.backward(u, d_y, d_u)
            first.backward(v, d_u, None)
            optimizer.step()
        return back(parameters)

    return train


# ---- Functions: torch.func.vmap, torch.compile ----------------------------------------------------------------------


def make_update(task: Task) -> typing.Callable:
    """update(gradient, theta, mean, square, scales) -> theta, mean, square; scales is a tensor, lest a step recompile."""
    if task.optimizer == "sgd":
        return lambda gradient, theta, mean, square, scales: (theta - task.lr * gradient, mean, square)

    def adam(gradient, theta, mean, square, scales):
        mean = torch.lerp(mean, gradient, 1 - common.BETA1)
        square = common.BETA2 * square + (1 - common.BETA2) * gradient * gradient
        return theta - scales[0] * mean / (square.sqrt() * scales[1] + common.EPSILON), mean, square

    return adam


def make_gradient(task: Task, dimension: int | None) -> typing.Callable:
    """The gradient function: of one chain, mapped over this dimension of theta, or with None of the sum over chains."""
    v, target = (on(task.device, x) for x in (common.voltages(SAMPLES), common.targets(SAMPLES)))
    if dimension is None:
        return torch.func.grad(lambda theta: losses(task.pair, theta, v[:, None], target[:, None]).sum())
    one = torch.func.grad(lambda theta: losses(task.pair, theta, v, target))
    return torch.func.vmap(one, in_dims=dimension, out_dims=dimension)


def functional(task: Task, dimension: int | None, steps_a_call: int, compiled: bool) -> typing.Callable:
    gradient, update = make_gradient(task, dimension), make_update(task)
    scales = numpy.array([common.adam_scales(task.lr, step) for step in range(1, task.steps + 1)], numpy.float32)
    calls = -(-task.steps // steps_a_call)
    tables = on(task.device, scales)

    def several(theta, mean, square, table):
        for step in range(steps_a_call):
            theta, mean, square = update(gradient(theta), theta, mean, square, table[step])
        return theta, mean, square

    call = torch.compile(several, fullgraph=True, dynamic=False) if compiled else several
    if calls * steps_a_call != task.steps:
        raise ValueError(f"{task.steps} steps are no multiple of {steps_a_call}")

    @torch.no_grad()
    def train(theta: numpy.ndarray) -> numpy.ndarray:
        theta = on(task.device, numpy.moveaxis(theta, -1, 0) if dimension == 0 else theta).contiguous()
        mean, square = torch.zeros_like(theta), torch.zeros_like(theta)
        for table in tables.split(steps_a_call):
            theta, mean, square = call(theta, mean, square, table)
        return numpy.moveaxis(back(theta), 0, -1) if dimension == 0 else back(theta)

    return train


VARIANTS = {
    "autograd-fused": lambda task: autograd(task, "fused"),
    "autograd-foreach": lambda task: autograd(task, "foreach"),
    "hand-fused": lambda task: by_hand(task, "fused"),
    "hand-foreach": lambda task: by_hand(task, "foreach"),
    "vmap-first": lambda task: functional(task, 0, 1, False),
    "vmap-last": lambda task: functional(task, -1, 1, False),
    "compile": lambda task: functional(task, None, 1, True),
    "compile-2-steps": lambda task: functional(task, None, 2, True),
    "compile-vmap": lambda task: functional(task, -1, 1, True),
}


def load(task: Task) -> tuple[dict, str]:
    torch.set_num_threads(task.threads // task.processes)
    return VARIANTS, torch.__version__


if __name__ == "__main__":
    common.main(__doc__, dict.fromkeys(["cpu", "cuda"], list(VARIANTS)), load)
