# SPDX-License-Identifier: Apache-2.0
"""Runs seam or a peer on a task and returns its record."""

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
KEEP = ("variant", "chunk", "processes")  # the tuned settings


class Failed(Exception):
    """A program failed. The message says which one and why."""


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no word"])[-1][:300]


def card_memory(which: str) -> int:
    """Bytes "used" or "total" of the first card, or 0 without one. Memory of other programs is included."""
    call = ["nvidia-smi", "-i", "0", f"--query-gpu=memory.{which}", "--format=csv,noheader,nounits"]
    try:
        return int(subprocess.run(call, capture_output=True, text=True, timeout=20).stdout) * 2**20
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def host_memory(process: int) -> int:
    """The most that a running process has held; wait4 would add what it was forked from."""
    with open(f"/proc/{process}/status") as status:
        held = [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
    return held[0] if held else 0  # none once it has ended


def wait(process: subprocess.Popen, on_card: bool) -> int:
    """Until it ends; the most memory it held, looked at often, for nothing tells it afterwards."""
    most, begin = 0, time.perf_counter()
    while process.poll() is None:
        most = max(most, card_memory("used") if on_card else host_memory(process.pid))
        time.sleep(0.001 if time.perf_counter() - begin < 0.1 else 0.01)  # some are over in a few milliseconds
    return most


@dataclasses.dataclass(frozen=True)
class Measured:
    """A program that ran: what it printed, its seconds from start to end, those of all cores, the most it held."""

    text: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system


def measured(call: list[str], on_card: bool) -> Measured:
    begin, cpu = time.perf_counter(), children_seconds()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(call, stdout=output, stderr=errors)  # files: a full pipe would stop it
        try:
            peak = wait(process, on_card)
        finally:  # where this program is interrupted, the other ends before what it leaves is removed
            process.terminate()
            process.wait()
        seconds, cpu = time.perf_counter() - begin, children_seconds() - cpu
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise Failed(f"{' '.join(call)}: exit code {process.returncode}: {last_line(errors.read())}")
        return Measured(output.read(), seconds, cpu, peak)


def record_of(run: Measured) -> dict:
    """The last line that it printed, and what it took."""
    return {**json.loads(run.text.splitlines()[-1]), "seconds_since_start": run.seconds, "cpu_seconds": run.cpu_seconds,
            "peak_bytes": run.peak_bytes}  # fmt: skip


# ---- Peers -----------------------------------------------------------------------------------------------------------


class Server:
    """A peer in Python that stays, so that it compiles once."""

    def __init__(self, row, task: dict, log: pathlib.Path):
        call = [sys.executable, "-B", str(FOLDER / row.file), "--device", row.device, "--serve"]
        call += [word for name, value in task.items() if name != "count" for word in (f"--{name}", str(value))]
        self.name, self.log = row.name, log
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            self.first = self.read()
        except Failed:
            self.close()
            raise

    def read(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name}: {last_line(self.log.read_text())}")
        return json.loads(line)

    def ask(self, **changes) -> dict:
        with contextlib.suppress(BrokenPipeError):  # read says why it ended
            self.process.stdin.write(json.dumps(changes) + "\n")
            self.process.stdin.flush()
        return self.read()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Plain:
    """The plain C program, compiled here; each task is a run of its own."""

    FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp"]

    def __init__(self, row, task: dict, log: pathlib.Path):
        self.task, self.path = task, log.parent / "plain"
        compiler = os.environ.get("CC", "cc")
        try:
            self.version = measured([compiler, "--version"], False).text.splitlines()[0]
            measured([compiler, *self.FLAGS, str(FOLDER / row.file), "-o", str(self.path), "-lm"], False)
        except OSError as problem:
            raise Failed(f"{row.name}: {problem}") from None
        self.first = self.ask()

    def ask(self, **changes) -> dict:
        self.task = {**self.task, **changes}
        names = ("pair", "chains", "steps", "optimizer", "lr", "threads", "seed", "histogram")
        words = [word for name in names if name in self.task for word in (f"--{name}", str(self.task[name]))]
        record = record_of(measured([str(self.path), *words], False))
        chain_steps = record["chain_steps_per_second"] * record["seconds"]
        return {**record, "training_bytes": record["peak_bytes"], "version": self.version, "chain_steps": chain_steps}

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def start(row, task: dict, work: pathlib.Path):
    kind = Server if row.file.endswith(".py") else Plain
    return kind(row, task, work / "peer.log")


# ---- seam ------------------------------------------------------------------------------------------------------------


class Seam:
    """The seam program; on a card it trains with fast math, as the peers do."""

    def __init__(self, path: str, device: str, threads: int, work: pathlib.Path):
        self.path, self.threads, self.work = path, threads, work
        self.options = ["--backend", device, "--math", "fast" if device == "cuda" else "exact"]

    def train(self, task: dict, output: str = "") -> dict:
        """Without `output` no histogram is filled and the file is dropped."""
        options = {"first": task["pair"], "second": task["pair"], "threads": self.threads, "samples": 4, "loss": "mse",
                   "output": output or self.work / "timed.zip", "histograms": "interface" if output else "none"}  # fmt: skip
        options |= {name: task[name] for name in ("chains", "steps", "optimizer", "lr", "seed")}
        words = [f"--{name}={value}" for name, value in options.items()]
        run = measured([self.path, "train", "--json", "--force", *self.options, *words], "cuda" in self.options)
        return {**record_of(run), "chain_steps": task["chains"] * task["steps"]}
