# SPDX-License-Identifier: Apache-2.0
"""Shared by all peers in Python: the science, drawing, observing and counting in NumPy, and the command line.

A peer has variants. Each is a function of a Task that returns a function train(theta) -> theta for one chunk of chains.
theta[component, parameter, chain] is a float32 array of NumPy. Drawing and observing are not timed."""

import argparse
import dataclasses
import json
import math
import multiprocessing
import os
import sys
import time
import typing

import numpy

from program import card_memory

PAIRS = ["mlp8", "buffer"]  # of a kind with itself
UNITS, SAMPLES = 8, 4
INPUT_MARGIN, OUTPUT_MARGIN, TEST_VOLTAGES = 0.3, 0.1, 17
BINS, LOWER, UPPER = 256, -2.5, 3.5  # of the interface's axes
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
OUTCOMES = ["buffer", "inverter", "fail", "diverged"]
BLOCK = 8192  # chains observed at once

# (how many, mean, standard deviation), in the order of the parameters
PRIOR = {
    "mlp8": [(UNITS, 0.0, 2.0), (UNITS, 0.0, 1.0), (UNITS, 0.0, 1 / math.sqrt(UNITS)), (1, 0.5, 0.5)],
    "buffer": [(1, 0.0, 8.0), (1, 0.5, 0.25), (2, 0.5, 0.5)],
}
PARAMETERS = {pair: sum(law[0] for law in laws) for pair, laws in PRIOR.items()}

# tanh(x) = x·P(x²)/Q(x²) within 7e-7 once x is held to ±9, fitted for peers whose own tanh no compiler can vectorise
TANH_P = [0.999999621, 0.128353298, 0.0028550921, 1.04239051e-05]
TANH_Q = [1.0, 0.461683774, 0.0234199784, 0.000225286081, 2.14560072e-07]


@dataclasses.dataclass(frozen=True)
class Task:
    """What to train, and how."""

    pair: str = "mlp8"
    chains: int = 16384
    steps: int = 300
    optimizer: str = "adam"
    lr: float = 0.01
    chunk: int = 4096  # chains at once, in each process
    threads: int = 1  # of all processes together
    processes: int = 1
    device: str = "cpu"
    variant: str = ""
    seed: int = 1
    count: bool = True
    histogram: str = ""


# ---- The science ----------------------------------------------------------------------------------------------------


def voltages(count: int) -> numpy.ndarray:
    """`count` voltages around level 0, then as many around level 1."""
    levels = [numpy.linspace(x - INPUT_MARGIN, x + INPUT_MARGIN, count) for x in (0.0, 1.0)]
    return numpy.concatenate(levels).astype(numpy.float32)


def targets(count: int) -> numpy.ndarray:
    """The level that each of these voltages stands for."""
    return numpy.repeat(numpy.array([0, 1], numpy.float32), count)


def forward(pair: str, theta, v, tanh: typing.Callable, sigmoid: typing.Callable):
    """f(v) of one component: theta[parameter, ...], v[voltage, ...], of whatever library tanh and sigmoid are."""
    if pair == "buffer":
        return theta[2] + (theta[3] - theta[2]) * sigmoid(theta[0] * (v - theta[1]))
    w, b, a = theta[:UNITS], theta[UNITS : 2 * UNITS], theta[2 * UNITS : 3 * UNITS]
    return theta[3 * UNITS] + (a[:, None] * tanh(w[:, None] * v + b[:, None])).sum(0)


def adam_scales(lr: float, step: int) -> tuple[float, float]:
    """theta -= first * mean / (sqrt(square) * second + EPSILON), for update `step` = 1, 2, ..."""
    return lr / (1 - BETA1**step), 1 / math.sqrt(1 - BETA2**step)


def draw(pair: str, chains: int, seed: list[int]) -> numpy.ndarray:
    random = numpy.random.default_rng(seed)
    theta = random.standard_normal((2, PARAMETERS[pair], chains), numpy.float32)
    begin = 0
    for count, mean, deviation in PRIOR[pair]:
        part = theta[:, begin : begin + count]
        part *= numpy.float32(deviation)
        part += numpy.float32(mean)
        begin += count
    return theta


def numpy_sigmoid(x: numpy.ndarray) -> numpy.ndarray:
    return 0.5 + 0.5 * numpy.tanh(0.5 * x)


def chain(pair: str, theta: numpy.ndarray, v: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """u and y at these voltages."""
    u = forward(pair, theta[0], v[:, None], numpy.tanh, numpy_sigmoid)
    return u, forward(pair, theta[1], u, numpy.tanh, numpy_sigmoid)


def bins(u: numpy.ndarray) -> numpy.ndarray:
    edges = (LOWER + numpy.arange(BINS + 1) * (UPPER - LOWER) / BINS).astype(numpy.float32)
    return numpy.searchsorted(edges, u, side="right")


def observe(pair: str, theta: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """How many chains had each of OUTCOMES, and the interface [outcome][u0][u1], flow bins included."""
    with numpy.errstate(all="ignore"):
        u, y = chain(pair, theta, voltages(TEST_VOLTAGES))
        trained = chain(pair, theta, voltages(SAMPLES))[1]
        loss = ((trained - targets(SAMPLES)[:, None]) ** 2).mean(0)
        finite = numpy.isfinite(loss)
        for values in (theta[0], theta[1], u, y):
            finite &= numpy.isfinite(values).all(0)
        works = finite & (numpy.abs(y - targets(TEST_VOLTAGES)[:, None]) <= numpy.float32(OUTPUT_MARGIN)).all(0)
    u0, u1 = u[TEST_VOLTAGES // 2], u[TEST_VOLTAGES // 2 + TEST_VOLTAGES]
    chosen = [works & (u1 > u0), works & (u1 <= u0), finite & ~works]
    interface = numpy.zeros((3, BINS + 2, BINS + 2), numpy.int64)
    for outcome, among in enumerate(chosen):
        numpy.add.at(interface[outcome], (bins(u0[among]), bins(u1[among])), 1)
    counts = [*(among.sum() for among in chosen), (~finite).sum()]
    return numpy.array(counts, numpy.int64), interface


# ---- Running --------------------------------------------------------------------------------------------------------


def since_start() -> float:
    """Seconds since this process began, the interpreter's own start included."""
    with open("/proc/self/stat") as stat:
        began = int(stat.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began


def peak_bytes() -> int:
    """The most memory this process has held since the last forget_peak."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


class Worker:
    """Draws, trains and observes the chunks of one process, one after the other."""

    def __init__(self, load: typing.Callable, number: int, task: Task):
        self.variants, self.version = load(task)
        self.number, self.peak = number, 0
        self.ready = (None, None)  # the last task's settings and its function: compiled once

    def trainer(self, task: Task) -> tuple[typing.Callable, bool]:
        """And whether it is a new one, which has yet to compile."""
        settings = dataclasses.replace(task, chains=0, seed=0, count=False, histogram="")
        new = self.ready[0] != settings
        if new:
            self.ready = (None, None)
            self.ready = (settings, self.variants[task.variant](task))
        return self.ready[1], new

    def run(self, task: Task) -> dict:
        (train, new), seconds, cpu = self.trainer(task), 0.0, 0.0
        counts, interface = numpy.zeros(4, numpy.int64), numpy.zeros((3, BINS + 2, BINS + 2), numpy.int64)
        for first in range(self.number * task.chunk, task.chains, task.processes * task.chunk):
            theta = draw(task.pair, task.chunk, [task.seed, first])
            begin, cpu_begin = time.perf_counter(), time.process_time()
            theta = train(theta)
            seconds += time.perf_counter() - begin
            cpu += time.process_time() - cpu_begin  # of all threads
            for block in range(0, min(task.chunk, task.chains - first) if task.count else 0, BLOCK):
                end = min(block + BLOCK, task.chunk, task.chains - first)
                for sum, more in zip((counts, interface), observe(task.pair, theta[:, :, block:end])):
                    sum += more
        return {
            "seconds": seconds,
            "cpu": cpu,
            **self.memory(new, task.device),
            "counts": counts,
            "interface": interface,
        }

    def memory(self, new: bool, device: str) -> dict:
        """The peak since the start, and the peak of this run; that of a first run is of compiling, too. On a card what
        is in use of it, which pools keep."""
        now = card_memory("used") if device == "cuda" else peak_bytes()
        self.peak = max(self.peak, now)
        if new:
            forget_peak()
        return {"peak": self.peak, "peak_now": now}


def serve_worker(load: typing.Callable, number: int, pipe) -> None:
    worker = None
    while (task := pipe.recv()) is not None:
        worker = worker or Worker(load, number, task)
        pipe.send({**worker.run(task), "version": worker.version})


class Crew:
    """`processes` workers: this process alone, or as many others."""

    def __init__(self, load: typing.Callable, task: Task):
        self.alone = Worker(load, 0, task) if task.processes == 1 else None
        self.pipes = []
        context = multiprocessing.get_context("fork")  # before this process has started any thread: safe
        for number in range(0 if self.alone else task.processes):
            ours, theirs = context.Pipe()
            context.Process(target=serve_worker, args=(load, number, theirs), daemon=True).start()
            self.pipes.append(ours)

    def run(self, task: Task) -> list[dict]:
        if self.alone:
            return [{**self.alone.run(task), "version": self.alone.version}]
        for pipe in self.pipes:
            pipe.send(task)
        return [pipe.recv() for pipe in self.pipes]

    def close(self) -> None:
        for pipe in self.pipes:
            pipe.send(None)


def answer(crew: Crew, task: Task) -> dict:
    """The result of a task. Training takes as long as its slowest worker."""
    parts = crew.run(task)
    counts = sum(part["counts"] for part in parts)
    if task.histogram:
        sum(part["interface"] for part in parts).tofile(task.histogram)
    trained = -(-task.chains // task.chunk) * task.chunk
    seconds = max(part["seconds"] for part in parts)
    return {
        **dataclasses.asdict(task),
        "outcomes": dict(zip(OUTCOMES, counts.tolist())) if task.count else None,
        "seconds": seconds,
        "cpu_seconds": sum(part["cpu"] for part in parts),
        "chain_steps": trained * task.steps,
        "chain_steps_per_second": trained * task.steps / seconds,
        "seconds_since_start": since_start(),
        "peak_bytes": sum(part["peak"] for part in parts),
        "training_bytes": sum(part["peak_now"] for part in parts),
        "version": parts[0]["version"],
    }


# ---- The command line -----------------------------------------------------------------------------------------------


def parse(description: str, names: dict[str, list[str]]) -> tuple[Task, bool]:
    parser = argparse.ArgumentParser(description=description)
    default = Task()
    choices = {"pair": PAIRS, "optimizer": ["adam", "sgd"], "device": list(names)}
    for field in dataclasses.fields(Task):
        if field.name not in ("count", "histogram"):
            parser.add_argument(f"--{field.name}", type=field.type, default=getattr(default, field.name),
                                choices=choices.get(field.name))  # fmt: skip
    parser.add_argument("--histogram", default="", metavar="FILE", help="int64 interface[outcome][u0][u1], raw")
    parser.add_argument("--serve", action="store_true", help="then take changes as lines of JSON from stdin")
    values = vars(parser.parse_args())
    serve = values.pop("serve")
    task = Task(**values)
    known = names[task.device]
    task = dataclasses.replace(task, variant=task.variant or known[0])
    if task.variant not in known:
        parser.error(f"argument --variant: {task.variant} is none of {', '.join(known)}")
    if min(task.chains, task.chunk, task.threads, task.processes) < 1 or task.threads % task.processes:
        parser.error("counts are positive, and --threads a multiple of --processes")
    return task, serve


def main(description: str, names: dict[str, list[str]], load: typing.Callable) -> None:
    """names: the variants of each device. load(task) gets the library ready; returns its variants and its version."""
    task, serve = parse(description, names)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print what they like
    crew = Crew(load, task)
    print(json.dumps(answer(crew, task)), file=answers, flush=True)
    for line in sys.stdin if serve else ():
        task = dataclasses.replace(task, **json.loads(line))
        print(json.dumps(answer(crew, task)), file=answers, flush=True)
    crew.close()
