"""What a model is trained and judged on: token arrays, and their tokenizer."""
from dataclasses import dataclass

import numpy as np

from ..batches.shards import ShardedTokens
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["TrainingData"]


@dataclass(frozen=True)
class TrainingData:
    """What a model is trained and judged on.

    Attributes
    ----------
    key : str
        Hash of the text and the settings; equal keys, equal arrays.
    tokenizer : Tokenizer
    train, validation : (N,) integer arrays
        The two parts as token ids, an end of text after each document;
        memory-mapped where the corpus was prepared.
    bytes_per_token : (V,) int64 array
        Turns nats per token into bits per byte.
    """

    key: str
    tokenizer: Tokenizer
    train: np.ndarray | ShardedTokens
    validation: np.ndarray | ShardedTokens
    bytes_per_token: np.ndarray

    def require_windows(self, context_length: int) -> None:
        """ValueError where a part is shorter than one window."""
        for name in ("train", "validation"):
            tokens = len(getattr(self, name))
            if tokens < context_length + 1:
                raise ValueError(
                    f"the {name} part of the corpus has {tokens} tokens, one "
                    f"window needs {context_length + 1}; take a longer text "
                    "or a smaller --model.context_length")
