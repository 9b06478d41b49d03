"""A larger vocabulary for a trained model: new special tokens need rows of
their own in the embedding, and must leave what the model knows as it is.

Shapes: V = vocabulary, D = model width.
"""
from dataclasses import replace
from typing import Any

import numpy as np

from .parameters import check_parameters

__all__ = ["extend_vocabulary"]

TABLES = ("token_embedding.weight", "head.weight")


def extend_vocabulary(config: Any, parameters, vocab_size: int):
    """Add tokens at the end of the vocabulary -> (config, parameters)

    The logits of the old tokens keep their values. Each new row is the mean
    of the old ones, so that a new token begins as no more likely than an
    average one; rows at random can take most of the probability. Hewitt 2021,
    "Initializing New Word Embeddings for Pretrained Language Models".

    Raises
    ------
    ValueError
        If vocab_size is smaller than it was, or the parameters have another
        vocabulary than the config.
    """
    V, D = config.vocab_size, config.d_model
    if vocab_size < V:
        raise ValueError(f"a vocabulary can only grow, its ids are in use: "
                         f"it has {V} tokens, got {vocab_size}")
    tables = {name: parameters[name] for name in TABLES if name in parameters}
    check_parameters(dict.fromkeys(tables, (V, D)),
                     {name: table.shape for name, table in tables.items()})
    extended = dict(parameters)
    for name, table in tables.items():
        mean = table.mean(0, dtype=np.float64)             # (D,)
        new = np.tile(mean, (vocab_size - V, 1))           # (new, D)
        extended[name] = np.concatenate([table, new.astype(table.dtype)])
    return replace(config, vocab_size=vocab_size), extended
