# SPDX-License-Identifier: Apache-2.0
"""The peers that run.py measures: the file of each, and the settings to try."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table: a program, and the settings to try for the fastest one."""

    name: str
    file: str
    needs: str = ""  # Python code that fails if the row cannot run here
    device: str = "cpu"
    variants: tuple = ("",)
    chunks: tuple = (512, 2048, 8192)  # chains at once in each process
    processes: tuple = ("one", "all")  # one process with all threads, or one process for each thread


def cuda(name: str, file: str, needs: str, variants: tuple, chunks: tuple = (1 << 16, 1 << 18, 1 << 20)) -> Row:
    return Row(f"{name}, CUDA", file, needs, "cuda", variants, chunks, ("one",))


VMAP, COMPILE = ("vmap-first", "vmap-last"), ("compile", "compile-vmap", "compile-2-steps")
EAGER, HAND = ("autograd-fused", "autograd-foreach"), ("hand-fused", "hand-foreach")
JAX = ("vmap-first", "vmap-last", "vmap-step", "batched", "batched-unroll")
ON_CPU = [
    Row("plain C", "plain.c", chunks=(0,), processes=("one",)),
    Row("NumPy", "numpy_peer.py", "import numpy", "cpu", ("numpy",), (128, 512, 2048), ("all",)),
    Row("PyTorch, eager", "torch_peer.py", "import torch", "cpu", EAGER),
    Row("PyTorch, backward by hand", "torch_peer.py", "import torch", "cpu", HAND),
    Row("PyTorch, torch.func.vmap", "torch_peer.py", "import torch", "cpu", VMAP),
    Row("PyTorch, torch.compile", "torch_peer.py", "import torch", "cpu", COMPILE, (512, 4096), ("all",)),
    Row("JAX", "jax_peer.py", "import jax", "cpu", JAX),
    Row("Warp", "warp_peer.py", "import warp", "cpu", ("library", "rational"), (512, 4096), ("all",)),
    Row("Numba", "numba_peer.py", "import numba", "cpu", ("rational-16", "rational-64", "library-16"), (8192, 32768),
        ("one",)),
]  # fmt: skip

TORCH = "import torch; torch.zeros(1, device='cuda')"
# A limit of time leaves out the last.
ON_CUDA = [
    cuda("JAX", "jax_peer.py", "import os; os.environ['JAX_PLATFORMS'] = 'cuda'; import jax; jax.devices()", JAX),
    cuda("Triton", "triton_peer.py", f"import triton; {TORCH}", ("32-1", "64-2", "128-4", "32-2", "64-4")),
    cuda("Warp", "warp_peer.py", "import warp; warp.get_device('cuda')", ("library", "rational", "library-64")),
    cuda("Numba", "numba_peer.py", "from numba import cuda; cuda.current_context()",
         ("library-128", "library-64", "rational-128")),
    cuda("PyTorch, torch.compile", "torch_peer.py", TORCH, COMPILE, (1 << 18, 1 << 20)),
    cuda("PyTorch, torch.func.vmap", "torch_peer.py", TORCH, VMAP),
    cuda("PyTorch, backward by hand", "torch_peer.py", TORCH, HAND),
    cuda("PyTorch, eager", "torch_peer.py", TORCH, EAGER),
]  # fmt: skip
ROWS = ON_CPU + ON_CUDA
