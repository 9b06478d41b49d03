"""What is asked about: a model, its batches, and the machines that shall train it.

Everything in this folder is arithmetic on a Plan: no array is allocated, and neither of the two
packages is imported. Sizes are in bytes, times in seconds.
"""
from dataclasses import dataclass
from typing import Any, Literal

from ..checks import check_choice, check_sizes

__all__ = ["STRATEGIES", "Plan", "plan_of"]

STRATEGIES = ("ddp", "fsdp", "hybrid")
FLOAT = 4       # bytes; weights, gradients and moments are float32 in both packages
WIDTHS = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One training run, as far as its costs go.

    Attributes
    ----------
    model
        A config of any kind: GPT2Config, LlamaConfig, ...
    backend
        "numpy" or "torch".
    batch_size
        Sequences in one microbatch of one rank (B).
    length
        Tokens in each (T); 0 = the model's context_length.
    accumulation
        Microbatches in a step.
    precision
        Of the products: "float32", "bfloat16" or "float16".
    fused_kernels
        torch's fused kernels; without, the spelled-out twin is run.
    checkpointing
        Whether the activations of a block are computed again in backward.
    place
        "cpu" or "cuda": torch keeps a little more on a CPU.
    ranks
        Processes that train together, one for each GPU.
    strategy
        How several ranks share the work: "ddp" copies the model to each, "fsdp" cuts weights,
        gradients and moments into as many pieces as there are ranks, "hybrid" cuts them within
        each machine and copies them to all.
    tensor_parallel
        Ranks that share every product of the blocks; they divide ranks.
    shards
        Pieces that hybrid cuts into: the ranks of one machine that read different batches.
    optimizer
        "adamw" keeps two moments of every parameter, "muon" one of the matrices in the blocks.
    """

    model: Any
    backend: Literal["numpy", "torch"] = "torch"
    batch_size: int = 1
    length: int = 0
    accumulation: int = 1
    precision: str = "float32"
    fused_kernels: bool = True
    checkpointing: bool = False
    place: str = "cpu"
    ranks: int = 1
    strategy: Literal["ddp", "fsdp", "hybrid"] = "ddp"
    tensor_parallel: int = 1
    shards: int = 8
    optimizer: Literal["adamw", "muon"] = "adamw"

    def __post_init__(self):
        check_choice("backend", self.backend, ("torch", "numpy"))
        check_choice("precision", self.precision, tuple(WIDTHS))
        check_choice("strategy", self.strategy, STRATEGIES)
        check_choice("optimizer", self.optimizer, ("adamw", "muon"))
        check_choice("place", self.place, ("cpu", "cuda"))
        check_sizes(batch_size=self.batch_size, accumulation=self.accumulation, ranks=self.ranks,
                    tensor_parallel=self.tensor_parallel)
        if self.length < 0:
            raise ValueError(f"length counts tokens: expected 0 (the context length) or more, "
                             f"got {self.length}")
        if self.ranks % self.tensor_parallel:
            raise ValueError(f"tensor_parallel ({self.tensor_parallel}) must divide ranks "
                             f"({self.ranks}): every group of them holds one model")
        if self.strategy == "hybrid" and self.data_ranks % self.pieces:
            raise ValueError(f"shards ({self.shards}) must divide the {self.data_ranks} ranks "
                             f"that read different batches")
        self.check_tensor_parallel()
        if self.backend == "numpy" and (self.ranks > 1 or self.checkpointing
                                        or self.precision != "float32"):
            raise ValueError("the NumPy backend has one rank, float32, and keeps its "
                             "activations; expected the torch backend for anything else")

    def check_tensor_parallel(self) -> None:
        """ValueError where the matrices of the model cannot be shared like that."""
        n, model = self.tensor_parallel, self.model
        if n == 1:
            return
        if not hasattr(model, "rope_theta") or hasattr(model, "n_experts"):
            raise ValueError(f"tensor parallel ranks share decoders such as a llama or a qwen3, "
                             f"not a {model.kind}; expected tensor_parallel 1")
        for name in ("n_heads", "n_kv_heads", "d_hidden", "vocab_size"):
            if getattr(model, name) % n:
                raise ValueError(f"tensor parallel ranks take equal shares, and whole heads: "
                                 f"tensor_parallel ({n}) does not divide model.{name} "
                                 f"({getattr(model, name)})")

    @property
    def T(self) -> int:
        """Tokens in a sequence."""
        return self.length or self.model.context_length

    @property
    def rows(self) -> int:
        """Tokens in a microbatch of one rank (N)."""
        return self.batch_size * self.T

    @property
    def width(self) -> int:
        """Bytes of a number in the products."""
        return WIDTHS[self.precision]

    @property
    def data_ranks(self) -> int:
        """Ranks, or groups of tensor parallel ones, that read different batches."""
        return self.ranks // self.tensor_parallel

    @property
    def pieces(self) -> int:
        """Into how many pieces fsdp cuts what is kept of every parameter."""
        cut = {"fsdp": self.data_ranks, "hybrid": min(self.shards, self.data_ranks)}
        return cut.get(self.strategy, 1)

    @property
    def tokens(self) -> int:
        """In a step of all ranks."""
        return self.rows * self.accumulation * self.data_ranks


def plan_of(config: Any, **others: Any) -> Plan:
    """The plan of a RunConfig; what others say wins."""
    device = config.device
    return Plan(**{
        "model": config.model, "backend": config.backend,
        "batch_size": config.training.batch_size, "accumulation": config.training.accumulation,
        "precision": device.precision, "fused_kernels": device.fused_kernels,
        "checkpointing": device.activation_checkpointing, "ranks": device.ranks,
        "strategy": device.strategy, "tensor_parallel": device.tensor_parallel,
        "optimizer": config.training.optimizer,
        "place": "cuda" if device.device == "cuda" else "cpu"} | others)
