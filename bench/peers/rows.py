# SPDX-License-Identifier: Apache-2.0
"""The peers that run.py measures: their files, and the settings that are tried for each."""

import dataclasses

CPU_CHUNKS = [512, 2048, 8192]
CUDA_CHUNKS = [1 << 16, 1 << 18, 1 << 20]


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: a program, and all settings among which the fastest is looked for."""

    name: str
    file: str
    device: str = "cpu"
    needs: str = ""  # the module to import
    variants: tuple = ("",)
    chunks: tuple = tuple(CPU_CHUNKS)  # chains at once in each process
    processes: tuple = ("one", "all")  # one process with all threads; one process a thread


def cuda(name: str, file: str, needs: str, variants: tuple) -> Row:
    return Row(name, file, "cuda", needs, variants, tuple(CUDA_CHUNKS), ("one",))


VMAP, COMPILE = ("vmap-first", "vmap-last"), ("compile", "compile-vmap", "compile-2-steps")
EAGER, HAND = ("autograd-fused", "autograd-foreach"), ("hand-fused", "hand-foreach")
JAX = ("vmap-first", "vmap-last", "vmap-step", "batched", "batched-unroll")

ROWS = [
    Row("plain C", "plain.c", chunks=(0,), processes=("one",)),
    Row("NumPy", "numpy_peer.py", "cpu", "numpy", ("numpy",), (128, 512, 2048), ("all",)),
    Row("PyTorch, eager", "torch_peer.py", "cpu", "torch", EAGER),
    Row("PyTorch, backward by hand", "torch_peer.py", "cpu", "torch", HAND),
    Row("PyTorch, torch.func.vmap", "torch_peer.py", "cpu", "torch", VMAP),
    Row("PyTorch, torch.compile", "torch_peer.py", "cpu", "torch", COMPILE, (512, 4096), ("all",)),
    Row("JAX", "jax_peer.py", "cpu", "jax", JAX),
    Row("Warp", "warp_peer.py", "cpu", "warp", ("library", "rational"), (2048,), ("all",)),
    Row("Numba", "numba_peer.py", "cpu", "numba", ("rational-16", "rational-64", "library-16"), (8192, 32768), ("one",)),
    cuda("PyTorch, eager, CUDA", "torch_peer.py", "torch", EAGER),
    cuda("PyTorch, backward by hand, CUDA", "torch_peer.py", "torch", HAND),
    cuda("PyTorch, torch.func.vmap, CUDA", "torch_peer.py", "torch", VMAP),
    cuda("PyTorch, torch.compile, CUDA", "torch_peer.py", "torch", COMPILE),
    cuda("JAX, CUDA", "jax_peer.py", "jax", JAX),
    cuda("Warp, CUDA", "warp_peer.py", "warp", ("library", "rational", "library-64")),
    cuda("Numba, CUDA", "numba_peer.py", "numba", ("library-128", "library-64", "rational-128")),
    cuda("Triton, CUDA", "triton_peer.py", "triton", ("block-128", "block-32", "block-64")),
]
