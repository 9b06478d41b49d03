"""On what the mathematics runs: precision, fused kernels, threads, ranks."""
from dataclasses import dataclass
from typing import Literal

from .checks import at_least, require

__all__ = ["DeviceConfig"]


@dataclass(frozen=True, kw_only=True)
class DeviceConfig:
    """How the twin uses the machine. None of it changes the mathematics.

    The reference runs in float32 on the CPU; it honours ``threads`` and
    refuses the rest where it is not the default.

    Attributes
    ----------
    device
        "auto" takes CUDA, else Apple's MPS, else the CPU.
    precision
        Of the matrix products; weights and moments stay float32.
    compile
        Fuse operations with torch.compile.
    fused_optimizer
        torch's fused AdamW in place of the spelled-out one.
    fused_kernels
        torch's fused attention, LayerNorm, GELU and loss in place of the
        spelled-out ones.
    tf32
        Allow TensorFloat-32 products on CUDA.
    activation_checkpointing
        Recompute activations in the backward pass: slower, less memory.
    vocabulary_multiple
        Multiply the output layer as if the vocabulary were a multiple of
        this, which GPUs do faster: 64 suits them (1 = as it is).
    pin_memory
        Page-locked batches, copied to the GPU while it computes.
    threads
        CPU threads of each rank (0 = leave it to the library; of several
        ranks, divide the machine's cores among them).
    ranks
        Processes on this machine that train together, on a GPU or a share of
        the cores each; batch_size is that of one. torchrun says it itself.
    strategy
        How ranks share a model: "ddp", each has all of it; "fsdp", each keeps
        a part of all weights and moments; "hybrid", fsdp within each machine
        and ddp between them.
    tensor_parallel
        Ranks that share the matrices of each layer, in models like Llama and
        Qwen3.
    rank_timeout
        Seconds that a rank waits for the others within a step; then the one
        that hangs is named, and all end.
    restarts
        How often the ranks of this machine are started again where one of
        them has died; they go on from the last checkpoint. torchrun has
        --max-restarts.
    """

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    compile: bool = False
    fused_optimizer: bool = True
    fused_kernels: bool = True
    tf32: bool = True
    activation_checkpointing: bool = False
    vocabulary_multiple: int = 1
    pin_memory: bool = True
    threads: int = 0
    ranks: int = 1
    strategy: Literal["ddp", "fsdp", "hybrid"] = "ddp"
    tensor_parallel: int = 1
    rank_timeout: int = 600
    restarts: int = 0

    def __post_init__(self):
        require(self.threads >= 0, "device.threads must not be negative, "
                f"got {self.threads}")
        require(self.vocabulary_multiple >= 1, "device.vocabulary_multiple "
                f"must be at least 1, got {self.vocabulary_multiple}")
        at_least(self, "device", ranks=1, tensor_parallel=1, rank_timeout=1,
                 restarts=0)
        require(self.strategy in ("ddp", "fsdp", "hybrid"), "device.strategy "
                f"must be ddp, fsdp or hybrid, got {self.strategy!r}")
