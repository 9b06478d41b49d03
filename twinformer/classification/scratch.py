"""A tokenizer and a model from nothing but the texts to learn from."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..models.initialisation import initial_parameters
from ..batches.collate import collate_instructions
from ..backend import byte_pair_encoding
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.tokenizer import Tokenizer
from ..training.schedule import learning_rate_of
from ..configs.finetuning_config import FinetuningConfig
from ..finetuning.epochs import epoch_batches, epoch_steps
from .encoded import Reading
from ..configs.classify_config import ScratchConfig

__all__ = ["new_tokenizer", "read_texts", "untrained"]


def new_tokenizer(config: ScratchConfig, texts: Sequence[str],
                  backend: str | None = None) -> Tokenizer:
    """The tokenizer that config asks for; a small one where texts are few."""
    if config.tokenizer == "bytes":
        return ByteTokenizer()
    return byte_pair_encoding(backend).train(texts, config.vocab_size,
                                             at_most=True)


def untrained(config: ScratchConfig, tokenizer: Tokenizer,
              seed: int) -> tuple[Any, dict[str, np.ndarray]]:
    """A small model that has read nothing: its shape and its weights."""
    model = config.model(tokenizer.vocab_size)
    return model, initial_parameters(model, seed)


def read_texts(learner, ids: Sequence[np.ndarray], reading: Reading,
               epochs: int, config: FinetuningConfig) -> None:
    """Predict every next token of the texts to learn from.

    A text says more than its label: which words there are, and which stand
    together. Dai and Le 2015 (arXiv:1511.01432).

    Parameters
    ----------
    learner
        Of a language model, on NextTokens.
    ids
        The token ids of each text.
    reading
        Where long texts are cut, and the token that ends them.
    epochs : int
    config
        Batches and learning rates.
    """
    lengths = [min(len(text), reading.width) for text in ids]
    steps = epochs * epoch_steps(len(ids), config.batch_size, 1)
    step = 0
    for epoch in range(epochs):
        for batch in epoch_batches(lengths, config.batch_size, config.seed,
                                   epoch, group_by_length=True):
            step += 1
            rate = learning_rate_of(
                config, step, warmup_steps=round(config.warmup * steps),
                max_steps=steps)
            pair = collate_instructions(
                [ids[i] for i in batch], reading.pad_id,
                max_length=reading.width)
            learner.train_step([pair], step, rate)
