"""Everything that decides how a run goes, in one frozen object: RunConfig.

The command line, ``config.yaml`` and every checkpoint hold the same fields.
A config that cannot work is refused here, before any time is spent on it.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from ..models.config import GPT2Config

__all__ = ["DataConfig", "DeviceConfig", "RunConfig", "TrainingConfig",
           "config_from_dict", "config_to_dict"]


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What the model reads.

    Attributes
    ----------
    corpus
        Text files and folders; "standard-library" is the source code of
        the Python that runs this.
    tokenizer
        "bpe" learns byte pairs from the corpus; "characters" and "bytes"
        need no training.
    vocab_size
        Tokens of the "bpe" tokenizer: 256 bytes, merges, end of text.
    tokenizer_sample
        Characters of the corpus from which "bpe" learns its merges
        (0 = all of them).
    validation
        Share of the corpus that is never trained on.
    """

    corpus: list[str] = field(
        default_factory=lambda: ["standard-library"])
    tokenizer: Literal["bpe", "characters", "bytes"] = "bpe"
    vocab_size: int = 2048
    tokenizer_sample: int = 2_000_000
    validation: float = 0.05

    def __post_init__(self):
        require(len(self.corpus) > 0, "data.corpus is empty; name at least "
                "one file or folder, or standard-library")
        require(self.tokenizer in ("bpe", "characters", "bytes"),
                "data.tokenizer must be bpe, characters or bytes, "
                f"got {self.tokenizer!r}")
        require(self.vocab_size >= 257, "data.vocab_size must be at least "
                f"257 (256 bytes and end of text), got {self.vocab_size}")
        require(self.tokenizer_sample >= 0, "data.tokenizer_sample must "
                f"not be negative, got {self.tokenizer_sample}")
        require(0 < self.validation < 1, "data.validation must be a share "
                f"between 0 and 1, got {self.validation}")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the model learns.

    Attributes
    ----------
    seed
        Decides the initial weights, the order of the data, the dropout.
    max_steps
        Optimizer steps in the whole run.
    batch_size
        Windows of text in one microbatch.
    accumulation
        Microbatches whose gradients make one step.
    learning_rate
        The largest learning rate, reached at the end of the warm-up.
    min_learning_rate
        The learning rate of the last step.
    warmup_steps
        Steps over which the learning rate rises from 0.
    schedule
        How the learning rate falls after the warm-up.
    weight_decay
        Decoupled decay of the weight matrices.
    beta1
        AdamW's memory of the gradient's mean.
    beta2
        AdamW's memory of the gradient's square.
    epsilon
        Added to AdamW's denominator.
    clip_norm
        Longer gradients are shortened to this norm (0 = never).
    eval_interval
        Steps between evaluations (0 = only at the start and the end).
    eval_batches
        Batches of each split in an evaluation (0 = the whole split).
    checkpoint_interval
        Steps between checkpoints (0 = only at the end).
    sample_tokens
        Tokens sampled at each evaluation (0 = no samples).
    sample_prompt
        What each sample continues; "" starts a new document.
    sample_temperature
        Divides the logits; 0 always takes the likeliest token.
    sample_top_k
        Draws from the k likeliest tokens only (0 = from all).
    sample_top_p
        Draws from the likeliest tokens that hold this much probability.
    """

    seed: int = 1234
    max_steps: int = 3500
    batch_size: int = 12
    accumulation: int = 1
    learning_rate: float = 4e-3
    min_learning_rate: float = 0.0
    warmup_steps: int = 50
    schedule: Literal["cosine", "linear", "constant"] = "linear"
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.99
    epsilon: float = 1e-8
    clip_norm: float = 1.0
    eval_interval: int = 500
    eval_batches: int = 30
    checkpoint_interval: int = 500
    sample_tokens: int = 128
    sample_prompt: str = ""
    sample_temperature: float = 0.8
    sample_top_k: int = 0
    sample_top_p: float = 0.95

    def __post_init__(self):
        for name in ("max_steps", "batch_size", "accumulation"):
            at_least(self, name, 1)
        for name in ("seed", "warmup_steps", "eval_interval", "eval_batches",
                     "checkpoint_interval", "sample_tokens", "sample_top_k",
                     "learning_rate", "min_learning_rate", "weight_decay",
                     "clip_norm", "sample_temperature"):
            at_least(self, name, 0)
        for name in ("beta1", "beta2"):
            require(0 <= getattr(self, name) < 1, f"training.{name} must be "
                    f"at least 0 and below 1, got {getattr(self, name)}")
        require(self.epsilon > 0, "training.epsilon must be positive, "
                f"got {self.epsilon}")
        require(0 < self.sample_top_p <= 1, "training.sample_top_p must be "
                f"above 0 and at most 1, got {self.sample_top_p}")
        require(self.schedule in ("cosine", "linear", "constant"),
                "training.schedule must be cosine, linear or constant, "
                f"got {self.schedule!r}")
        require(self.min_learning_rate <= self.learning_rate,
                "training.min_learning_rate "
                f"({self.min_learning_rate}) is above "
                f"training.learning_rate ({self.learning_rate})")


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


def small_model() -> GPT2Config:
    """A GPT that two CPU cores train in minutes.

    So few tokens fit into minutes that the number of steps decides, and two
    layers with a short context learn soonest where to look.
    """
    return GPT2Config(vocab_size=2048, context_length=64, d_model=160,
                      n_heads=4, n_layers=2, dropout=0.0)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """One training run.

    Attributes
    ----------
    name
        The run's folder inside ``folder`` ("" = the next free of run-1,
        run-2, ...).
    folder
        Where runs are kept.
    backend
        "torch" is the fast twin, "numpy" the reference; both learn from
        the same initial bits and the same batches.
    model
        The architecture; its vocab_size follows from the tokenizer.
    data
        What the model reads.
    training
        How the model learns.
    device
        How the twin uses the machine.
    """

    name: str = ""
    folder: str = "runs"
    backend: Literal["torch", "numpy"] = "torch"
    model: GPT2Config = field(default_factory=small_model)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)

    def __post_init__(self):
        require(self.backend in ("torch", "numpy"), "backend must be torch "
                f"or numpy, got {self.backend!r}")
        bad = set(self.name) & set('/\\:*?"<>|') or self.name in (".", "..")
        require(not bad, f"name {self.name!r} cannot be a folder's name")


def config_to_dict(config: RunConfig) -> dict[str, Any]:
    """The config as plain JSON and YAML values."""
    return asdict(config)


def config_from_dict(content: Mapping[str, Any]) -> RunConfig:
    """The inverse of ``config_to_dict``.

    Raises
    ------
    ValueError
        On keys that this version does not know, and on invalid values.
    """
    parts = {"model": GPT2Config, "data": DataConfig,
             "training": TrainingConfig, "device": DeviceConfig}
    values = {name: build(parts[name], value, f"{name}.")
              if name in parts else value for name, value in content.items()}
    return build(RunConfig, values, "")


def build(kind, values: Mapping[str, Any], prefix: str):
    """kind(**values), with a readable error for unknown keys."""
    known = [entry.name for entry in fields(kind)]
    for name in values:
        require(name in known, f"unknown setting {prefix}{name}; it was "
                "probably written by another version of twinformer")
    return kind(**values)


def at_least(config, name: str, least: int) -> None:
    value = getattr(config, name)
    require(value >= least, f"training.{name} must be at least {least}, "
            f"got {value}")


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
