"""On what the mathematics runs: precision, fused kernels, threads."""
from dataclasses import dataclass
from typing import Literal

from .checks import require

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
        CPU threads (0 = leave it to the library).
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

    def __post_init__(self):
        require(self.threads >= 0, "device.threads must not be negative, "
                f"got {self.threads}")
        require(self.vocabulary_multiple >= 1, "device.vocabulary_multiple "
                f"must be at least 1, got {self.vocabulary_multiple}")
