#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains seam's mlp8 x mlp8 chains in batched eager PyTorch on the CPU, checks the outcome, and compares the speed."""

import argparse
import itertools
import json
import math
import multiprocessing
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import typing
import warnings

warnings.filterwarnings("ignore", message="Failed to initialize NumPy")  # nothing here needs NumPy

import torch  # noqa: E402

UNITS, SAMPLES, LEARNING_RATE = 8, 4, 0.01
INPUT_MARGIN, OUTPUT_MARGIN, TEST_VOLTAGES = 0.3, 0.1, 17
OUTCOMES = ["buffer", "inverter", "fail", "diverged"]
ADAMS = ["fused", "foreach"]
CHUNKS = [512, 1024, 2048, 4096, 8192, 16384]  # chains at once
MOST_Z = 5.0

# ---- The chain ------------------------------------------------------------------------------------------------------
# Chains are the last, contiguous dimension of every tensor; before it come hidden units and voltages.


def voltages(count: int) -> torch.Tensor:
    """`count` voltages for level 0, then as many for level 1, shaped to broadcast over chains."""
    levels = [torch.linspace(x - INPUT_MARGIN, x + INPUT_MARGIN, count) for x in (0.0, 1.0)]
    return torch.cat(levels)[:, None]


def targets() -> torch.Tensor:
    """The level that each training voltage stands for."""
    return torch.tensor([0.0, 1.0]).repeat_interleave(SAMPLES)[:, None]


def draw(chains: int, seed: int) -> torch.Tensor:
    """theta[component, parameter, chain] from the prior; parameters are w_0 ..., b_0 ..., a_0 ..., c."""
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(2, 3 * UNITS + 1, chains, generator=generator)
    w, _, a, c = split(theta)
    w *= 2.0
    a *= 1.0 / math.sqrt(UNITS)
    c.mul_(0.5).add_(0.5)
    return theta


def split(theta: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """w, b, a, c of theta[..., parameter, chain]."""
    return (*torch.split(theta[..., :-1, :], UNITS, dim=-2), theta[..., -1, :])


def forward(parts: typing.Sequence[torch.Tensor], v: torch.Tensor) -> torch.Tensor:
    """f(v) = c + sum over units of a tanh(w v + b), for v[voltage, chain]."""
    w, b, a, c = parts
    return c + (a[:, None] * torch.tanh(torch.addcmul(b[:, None], w[:, None], v))).sum(0)


# ---- Training: one class for each way to get the gradient -----------------------------------------------------------


class Autograd:
    """As most users would write it: backward() on the sum of the chains' losses."""

    def __init__(self, theta: torch.Tensor, adam: str):
        self.parts = [[part.clone().requires_grad_() for part in split(component)] for component in theta]
        self.optimizer = make_adam(self.parts[0] + self.parts[1], adam)
        self.v, self.target = voltages(SAMPLES), targets()

    def step(self) -> None:
        self.optimizer.zero_grad()
        y = forward(self.parts[1], forward(self.parts[0], self.v))
        loss = ((y - self.target) ** 2).mean(0).sum()  # chains share nothing, so each gets its own gradient
        loss.backward()
        self.optimizer.step()

    def theta(self) -> torch.Tensor:
        components = [torch.cat([w, b, a, c[None]]) for w, b, a, c in self.parts]
        return torch.stack(components).detach()


class Manual:
    """As a patient user would: the backward pass by hand, every tensor allocated once, one flat parameter."""

    def __init__(self, theta: torch.Tensor, adam: str):
        self.parameters = theta.clone()
        self.parameters.grad = torch.empty_like(theta)
        self.optimizer = make_adam([self.parameters], adam)
        self.parts = [split(component) for component in self.parameters]
        self.gradients = [split(component) for component in self.parameters.grad]
        count, chains = 2 * SAMPLES, theta.shape[-1]
        self.v, self.target = voltages(SAMPLES).expand(count, chains).contiguous(), targets()
        self.u, self.y = torch.empty(2, count, chains)
        self.tanh = torch.empty(2, UNITS, count, chains)
        self.product, self.d_z = torch.empty(2, UNITS, count, chains)

    @torch.no_grad()
    def step(self) -> None:
        self.forward(0, self.v, self.u)
        self.forward(1, self.u, self.y)
        d_y = self.y.sub_(self.target).mul_(1.0 / SAMPLES)  # 2/S, S = 2 SAMPLES
        self.backward(1, self.u, d_y)
        w = self.parts[1][0]
        torch.mul(self.d_z, w[:, None], out=self.product)
        d_u = torch.sum(self.product, 0, out=self.u)
        self.backward(0, self.v, d_u)
        self.optimizer.step()

    def forward(self, component: int, v: torch.Tensor, out: torch.Tensor) -> None:
        w, b, a, c = self.parts[component]
        tanh = self.tanh[component]
        torch.addcmul(b[:, None], w[:, None], v, out=tanh).tanh_()
        torch.mul(a[:, None], tanh, out=self.product)
        torch.sum(self.product, 0, out=out).add_(c)

    def backward(self, component: int, v: torch.Tensor, d_out: torch.Tensor) -> None:
        """Writes the component's gradient, and leaves that of tanh's argument in d_z."""
        a, tanh = self.parts[component][2], self.tanh[component]
        g_w, g_b, g_a, g_c = self.gradients[component]
        torch.sum(d_out, 0, out=g_c)
        torch.sum(torch.mul(d_out, tanh, out=self.product), 1, out=g_a)
        torch.mul(d_out, a[:, None], out=self.product)
        torch.ops.aten.tanh_backward.grad_input(self.product, tanh, grad_input=self.d_z)
        torch.sum(self.d_z, 1, out=g_b)
        torch.sum(torch.mul(self.d_z, v, out=self.product), 1, out=g_w)

    def theta(self) -> torch.Tensor:
        return self.parameters


TRAINERS = {"autograd": Autograd, "manual": Manual}


def make_adam(parameters: list[torch.Tensor], implementation: str) -> torch.optim.Adam:
    """Adam with PyTorch's fused or foreach implementation."""
    return torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, **{implementation: True})


@torch.no_grad()
def observe(theta: torch.Tensor) -> list[int]:
    """How many chains had each of OUTCOMES."""
    parts = [split(component) for component in theta]
    test, level = voltages(TEST_VOLTAGES), torch.tensor([0.0, 1.0]).repeat_interleave(TEST_VOLTAGES)[:, None]
    u = forward(parts[0], test)
    y = forward(parts[1], u)
    trained = forward(parts[1], forward(parts[0], voltages(SAMPLES)))
    loss = ((trained - targets()) ** 2).mean(0)
    finite = theta.isfinite().all(0).all(0) & u.isfinite().all(0) & y.isfinite().all(0) & loss.isfinite()
    works = finite & ((y >= level - OUTPUT_MARGIN) & (y <= level + OUTPUT_MARGIN)).all(0)
    u0, u1 = u[TEST_VOLTAGES // 2], u[TEST_VOLTAGES // 2 + TEST_VOLTAGES]
    outcomes = [works & (u1 > u0), works & (u1 <= u0), finite & ~works, ~finite]
    return [int(chosen.sum()) for chosen in outcomes]


# ---- Running on all cores -------------------------------------------------------------------------------------------


class Variant(typing.NamedTuple):
    """One way to use the cores: `processes`, each with its share of the threads and `chunk` chains at once."""

    trainer: str
    adam: str
    chunk: int
    processes: int


def train_chunk(variant: Variant, chains: int, steps: int, seed: int) -> list[int]:
    """Draw, train, observe: in a worker."""
    trainer = TRAINERS[variant.trainer](draw(chains, seed), variant.adam)
    for _ in range(steps):
        trainer.step()
    return observe(trainer.theta())


def sample_rate(variant: Variant, seconds: float) -> float:
    """Chain-steps/s of one worker's training alone, over about `seconds`."""
    trainer = TRAINERS[variant.trainer](draw(variant.chunk, 0), variant.adam)
    trainer.step()
    trainer.step()
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        trainer.step()
        steps += 1
    return steps * variant.chunk / (time.perf_counter() - start)


def start_worker(threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches them too; the parent ends them
    torch.set_num_threads(threads)


class Peer:
    """Pools of workers, one pool for each way to share the threads among processes."""

    def __init__(self, threads: int, one_process: bool):
        self.threads = threads
        context = multiprocessing.get_context("fork")  # before this process has computed anything, so safe
        self.pools = {
            processes: context.Pool(processes, start_worker, (threads // processes,))
            for processes in sorted({1} if one_process else {1, threads})
        }

    def close(self) -> None:
        for pool in self.pools.values():
            pool.terminate()
            pool.join()

    def rate(self, variant: Variant, seconds: float) -> float:
        """A quick estimate of the variant's chain-steps/s on all workers at once."""
        work = [(variant, seconds)] * variant.processes
        return sum(self.pools[variant.processes].starmap(sample_rate, work, chunksize=1))

    def train(self, variant: Variant, chains: int, steps: int, seed: int) -> tuple[dict[str, int], float]:
        """The counts of each outcome, and the seconds that drawing, training and observing took."""
        first = range(0, chains, variant.chunk)
        work = [(variant, min(variant.chunk, chains - id), steps, (seed << 32) + id) for id in first]
        start = time.perf_counter()
        counts = self.pools[variant.processes].starmap(train_chunk, work, chunksize=1)
        seconds = time.perf_counter() - start
        return dict(zip(OUTCOMES, map(sum, zip(*counts)))), seconds


def estimate(peer: Peer, variants: list[Variant], rounds: int, seconds: float) -> dict[Variant, float]:
    """The best estimate of each variant's rate, fastest first; rounds are interleaved to share the noise."""
    rates = dict.fromkeys(variants, 0.0)
    for _ in range(rounds):
        for variant in variants:
            rates[variant] = max(rates[variant], peer.rate(variant, seconds))
    return dict(sorted(rates.items(), key=lambda item: -item[1]))


def tune(peer: Peer, trainer: str, chains: int) -> dict[Variant, float]:
    """Tries every variant of the trainer shortly, then the best few for longer; fastest first."""
    variants = [
        Variant(trainer, adam, chunk, processes)
        for adam, chunk, processes in itertools.product(ADAMS, CHUNKS, peer.pools)
        if chunk * processes <= max(chains, CHUNKS[0] * peer.threads)
    ]
    finalists = list(estimate(peer, variants, rounds=3, seconds=0.1))[:4]
    return estimate(peer, finalists, rounds=5, seconds=0.4)


# ---- seam, and the comparison ---------------------------------------------------------------------------------------


def run_seam(path: str, chains: int, steps: int, threads: int, seed: int) -> dict:
    """The last record of `seam train --json` for the same training; its rate is over draw, training and outcome."""
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "first": "mlp8", "second": "mlp8", "optimizer": "adam", "lr": LEARNING_RATE, "loss": "mse",
            "samples": SAMPLES, "input-margin": INPUT_MARGIN, "output-margin": OUTPUT_MARGIN, "input-noise": 0,
            "interface-noise": 0, "init-scale": 1, "chains": chains, "steps": steps, "seed": seed,
            "histograms": "none", "backend": "cpu", "threads": threads, "output": f"{folder}/peer.zip",
        }  # fmt: skip
        words = [f"--{name}={value}" for name, value in options.items()]
        done = subprocess.run([path, "train", "--json", *words], capture_output=True, text=True)
    if done.returncode:
        print(f"{path} train failed with exit code {done.returncode}: {done.stderr.strip()}", file=sys.stderr)
        sys.exit(3)
    return json.loads(done.stdout.splitlines()[-1])


def z_scores(ours: dict[str, int], theirs: dict[str, int]) -> dict[str, float]:
    """For each outcome, how many standard errors apart the two fractions are (pooled two-sample z-test)."""
    scores = {}
    n, m = (sum(counts[outcome] for outcome in OUTCOMES) for counts in (ours, theirs))
    for outcome in OUTCOMES:
        pooled = (ours[outcome] + theirs[outcome]) / (n + m)
        error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        scores[outcome] = (ours[outcome] / n - theirs[outcome] / m) / error if error else 0.0
    return scores


def measure(peer: Peer, variant: Variant, options: argparse.Namespace) -> dict:
    """Repeats of PyTorch and, with --seam, of seam in turn; rates and their ratio are medians."""
    ours, theirs = [], []
    for repeat in range(options.repeats):
        _, seconds = peer.train(variant, options.chains, options.steps, 2 + repeat)
        ours.append(options.chains * options.steps / seconds)
        if options.seam:
            record = run_seam(options.seam, options.chains, options.steps, options.threads, 2 + repeat)
            theirs.append(record["chain_steps_per_second"])
    found = {"chain_steps_per_second": statistics.median(ours)}
    if options.seam:
        ratios = [b / a for a, b in zip(ours, theirs)]
        found["seam_chain_steps_per_second"] = statistics.median(theirs)
        found |= {"ratio": statistics.median(ratios), "ratio_low": min(ratios), "ratio_high": max(ratios)}
    return found


def check(peer: Peer, variant: Variant, options: argparse.Namespace) -> dict:
    """Both sides' outcomes for the same number of chains; it also warms the caches up."""
    ours, _ = peer.train(variant, options.chains, options.steps, 1)
    found = {"outcomes": ours}
    if options.seam:
        record = run_seam(options.seam, options.chains, options.steps, options.threads, 1)
        found["seam_outcomes"] = {outcome: record[outcome] for outcome in OUTCOMES}
        found["z"] = z_scores(ours, found["seam_outcomes"])
    return found


# ---- The command line -----------------------------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    cores = len(os.sched_getaffinity(0))

    def positive(text: str) -> int:
        value = int(text)
        if value < 1:
            raise ValueError
        return value

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chains", type=positive, default=16384, help="chains of each run (default 16384)")
    parser.add_argument("--steps", type=positive, default=1000, help="updates of each chain (default 1000)")
    parser.add_argument("--repeats", type=positive, default=5, help="timed runs (default 5)")
    parser.add_argument("--threads", type=positive, default=cores, help=f"cores to use (default {cores}, all)")
    parser.add_argument("--trainer", choices=TRAINERS, help="time this one (default: the faster)")
    parser.add_argument("--one-process", action="store_true", help="all threads in one process, as PyTorch is usually run")
    parser.add_argument("--seam", metavar="PATH", help="compare with this seam program")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    if options.threads > cores:
        parser.error(f"argument --threads: {options.threads} is more than the {cores} cores there are")
    if options.seam and not os.access(options.seam, os.X_OK):
        parser.error(f"argument --seam: {options.seam} is no program; build seam first")
    options.trainers = [options.trainer] if options.trainer else list(TRAINERS)
    options.seam = options.seam and str(pathlib.Path(options.seam).resolve())
    return options


def print_outcomes(found: dict) -> None:
    print(f"{'outcome':10} {'PyTorch':>9} {'seam':>9} {'z':>6}" if "z" in found else f"{'outcome':10} {'PyTorch':>9}")
    for outcome, count in found["outcomes"].items():
        line = f"{outcome:10} {count / found['chains']:9.4%}"
        if "z" in found:
            line += f" {found['seam_outcomes'][outcome] / found['chains']:9.4%} {found['z'][outcome]:6.2f}"
        print(line)


def print_table(found: dict) -> None:
    print(f"PyTorch {found['torch']} ({found['capability']}), mlp8 x mlp8, adam, {2 * SAMPLES} training voltages")
    print(f"{found['chains']:,} chains of {found['steps']:,} steps on {found['threads']} core(s)\n")
    print_outcomes(found)
    print(f"\n{'training alone, chain-steps/s':32} {'adam':8} {'chunk':>6} {'processes':>9}")
    for best in found["tuned"]:
        rate = best["chain_steps_per_second"]
        print(f"{best['trainer']:12} {rate:19,.0f} {best['adam']:8} {best['chunk']:6} {best['processes']:9}")
    if found["same"]:
        print_rates(found)


def print_rates(found: dict) -> None:
    print(f"\nmedian of {found['repeats']}, chain-steps/s")
    print(f"{'PyTorch':12} {found['chain_steps_per_second']:19,.0f} {found['trainer']}")
    if "ratio" in found:
        print(f"{'seam':12} {found['seam_chain_steps_per_second']:19,.0f}")
        spread = f"{found['ratio_low']:.1f} to {found['ratio_high']:.1f}"
        print(f"{'ratio':12} {found['ratio']:19.1f} seam / PyTorch, pair by pair ({spread})")


def compare(options: argparse.Namespace) -> dict:
    """Tunes, checks, and where both train the same thing measures; everything found."""
    found = {"schema": 1, "event": "peer", "torch": torch.__version__}
    found["capability"] = torch.backends.cpu.get_cpu_capability()
    found |= {name: getattr(options, name) for name in ("chains", "steps", "repeats", "threads")}
    peer = Peer(options.threads, options.one_process)
    try:
        tuned = {trainer: tune(peer, trainer, options.chains) for trainer in options.trainers}
        fastest = [next(iter(rates.items())) for rates in tuned.values()]
        chosen = max(fastest, key=lambda item: item[1])[0]
        found["tuned"] = [{**variant._asdict(), "chain_steps_per_second": rate} for variant, rate in fastest]
        found |= chosen._asdict() | check(peer, chosen, options)
        found["same"] = all(abs(z) <= MOST_Z for z in found.get("z", {}).values())
        if found["same"]:
            found |= measure(peer, chosen, options)
    finally:
        peer.close()
    return found


def main() -> int:
    options = parse()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])  # seam inherits the same cores
    found = compare(options)
    print(json.dumps(found)) if options.json else print_table(found)
    if not found["same"]:
        print(f"the two do not train the same thing: some |z| is above {MOST_Z}", file=sys.stderr)
    return 0 if found["same"] else 1


if __name__ == "__main__":
    sys.exit(main())
