"""Everything that decides how a classifier comes about: ClassifyConfig.

The command line and config.yaml hold the same fields.
"""
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..architectures.kinds import KINDS, sized_model
from .classification_config import ClassificationConfig
from .device_config import DeviceConfig
from .finetuning_config import FinetuningConfig

__all__ = ["ClassifyConfig", "ScratchConfig"]


@dataclass(frozen=True, kw_only=True)
class ScratchConfig:
    """A small model of one's own, where there is none to begin with.

    Attributes
    ----------
    kind
        Its architecture.
    tokenizer
        "bpe" learns byte pairs from the texts to learn from; "bytes" needs
        no learning.
    vocab_size
        Tokens of "bpe"; fewer where the texts do not support so many.
    context_length
        The most tokens of a text that it looks at.
    d_model
        Width of the vectors between the blocks.
    n_heads
        Attention heads in each block; must divide d_model.
    n_layers
        Transformer blocks.
    reading_epochs
        How often it reads the texts to learn from, predicting every next
        token, before it is shown the first label.
    """

    kind: Literal[tuple(KINDS)] = "gpt2"  # type: ignore[valid-type]
    tokenizer: Literal["bpe", "bytes"] = "bpe"
    vocab_size: int = 1024
    context_length: int = 256
    d_model: int = 64
    n_heads: int = 4
    n_layers: int = 1
    reading_epochs: int = 10

    def __post_init__(self):
        if self.reading_epochs < 0:
            raise ValueError("scratch.reading_epochs must not be negative, "
                             f"got {self.reading_epochs}")
        if self.vocab_size < 257:
            raise ValueError("scratch.vocab_size must be at least 257 (256 "
                             f"bytes and end of text), got {self.vocab_size}")
        self.model(257)  # or an error

    def model(self, vocab_size: int) -> Any:
        """The shape of the model for a tokenizer."""
        return sized_model(
            self.kind, vocab_size=vocab_size,
            context_length=self.context_length, d_model=self.d_model,
            n_heads=self.n_heads, n_layers=self.n_layers)


@dataclass(frozen=True, kw_only=True)
class ClassifyConfig:
    """One classifier.

    Attributes
    ----------
    name
        The run's folder inside ``folder`` ("" = the next free of classify-1,
        classify-2, ...).
    folder
        Where runs are kept.
    backend
        "torch" is the fast twin, "numpy" the reference.
    model
        What to begin with: a run, gpt2, qwen3-0.6b or another published size,
        a folder or .gguf file with weights; "none" = a small model of one's own.
    data
        The labelled texts to learn from; with --run, texts to label ("" =
        the project's own messages).
    weights
        "random" takes only shape and tokenizer from the model.
    scratch
        The shape of the model where there is none.
    classification
        The texts, and how the model reads them.
    finetuning
        How it learns.
    device
        How the twin uses the machine.
    """

    name: str = ""
    folder: str = "runs"
    backend: Literal["torch", "numpy"] = "torch"
    model: str = "none"
    data: str = ""
    weights: Literal["pretrained", "random"] = "pretrained"
    scratch: ScratchConfig = field(default_factory=ScratchConfig)
    classification: ClassificationConfig = field(
        default_factory=ClassificationConfig)
    finetuning: FinetuningConfig = field(default_factory=FinetuningConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)

    def to_dict(self) -> dict[str, Any]:
        """As plain YAML values; works as ``--config`` again."""
        return asdict(self)
