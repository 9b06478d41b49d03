"""GPT-2: tokens in; out, for every position, a score for each next token.

Shapes: B batch, T positions, D model width, V vocabulary.
"""
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import Context

from ..layers.block import TransformerBlock
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.kv_cache import KVCache
from ..layers.linear import Linear
from ..layers.module import Module, ModuleList
from ..layers.norm import LayerNorm
from ..layers.positions import LearnedPositions
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import deviations

__all__ = ["GPTModel", "check_ids"]


class GPTModel(Module):
    """logits = head(final_norm(blocks(drop(tokens + positions))))

    Radford et al. 2019, "Language Models are Unsupervised Multitask Learners",
    section 2.3. Its first weights are drawn from the seed, as
    in GPT-2; None leaves them at 0, for weights that come from elsewhere.
    """

    def __init__(self, config: GPT2Config, seed: int | None = 0):
        super().__init__()
        c = self.config = config
        self.token_embedding = Embedding(c.vocab_size, c.d_model, seed=None)
        self.position_embedding = LearnedPositions(
            c.context_length, c.d_model, seed=None)
        self.dropout = Dropout(c.dropout)
        self.blocks = ModuleList(
            TransformerBlock(
                c.d_model, c.n_heads, c.dropout, c.qkv_bias, seed=None)
            for _ in range(c.n_layers))
        self.final_norm = LayerNorm(c.d_model)
        self.head = Linear(
            c.d_model, c.vocab_size, bias=False, seed=None)
        if c.tie_embeddings:
            self.head.share("weight", self.token_embedding)
        self.reset_parameters(seed, deviations(c.n_layers))

    def new_past(self):
        """An empty cache of keys and values for each block."""
        return [KVCache(self.config.context_length) for _ in self.blocks]

    def forward(self, ids, keep=None, past=None, mask=None, read=None,
                positions=None, documents=None, qk_clip=None):
        """ids (B, T) -> logits (B, T, V), cache

        keep : where dropout takes its masks from, as in Context
        past : from new_past, to read on where the last call ended; it is
            extended in place
        mask : who may attend to whom, (T, S) or (B, T, S); None = causal
        read : (B, P), the positions whose logits are wanted, then (B, P, V);
            None = all. The last block and the head compute no others.
        positions : (B, T), where each token stands in its text; None = one
            after the other, from where the past ends
        documents : (B, T), which document each token belongs to, negative =
            padding; None = one
        qk_clip : a QKClip, which keeps how large each head's scores were
        """
        start = past[0].length if past else 0
        check_ids(ids, self.config, start)
        if positions is None:
            positions = slice(start, start + ids.shape[1])
        context = Context(keep=keep, mask=mask, positions=positions,
                          documents=documents, qk_clip=qk_clip)
        x, ids = self.token_embedding.forward(ids)         # (B, T, D)
        x, positions = self.position_embedding.forward(x, context)
        x, drop_cache = self.dropout.forward(x, context)   # (B, T, D)
        learning = not (self.token_embedding.is_frozen()
                        and self.position_embedding.is_frozen())
        block_caches = []
        contexts = self.block_contexts(context, past, read)
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x, block_cache = block.forward(x, block_context)
            # up to the first block that learns no gradient is needed
            learning = learning or not block.is_frozen()
            block_caches.append(block_cache if learning else None)
        x, norm_cache = self.final_norm.forward(x)         # (B, T, D)
        logits, head_cache = self.head.forward(x)          # (B, T, V)
        return logits, Cache(ids, positions, drop_cache, block_caches,
                             norm_cache, head_cache)

    def block_contexts(self, context, past, read):
        """Each block has its own keys and values; the last one is read."""
        contexts = [kv_cache.entering(context) for kv_cache in past or ()]
        contexts = contexts or [context] * len(self.blocks)
        contexts[-1] = replace(contexts[-1], read=read)
        return contexts

    def backward(self, dlogits, cache):
        """dlogits (B, T, V) -> nothing; adds to every parameter's gradient

        A tied token embedding is used twice, at both ends of the model, and
        both uses add to its one gradient. Uses up the cache: each block's
        memory is free again as soon as its backward is done. Stops above the
        blocks where nothing learns.
        """
        dx = self.head.backward(dlogits, cache.head)       # (B, T, D)
        dx = self.final_norm.backward(dx, cache.norm)
        for block in reversed(self.blocks):
            block_cache = cache.blocks.pop()
            if block_cache is None:
                return
            dx = block.backward(dx, block_cache)           # (B, T, D)
        dx = self.dropout.backward(dx, cache.dropout)
        dx = self.position_embedding.backward(dx, cache.positions)
        self.token_embedding.backward(dx, cache.ids)


class Cache(NamedTuple):
    """What each step of forward keeps; None for a block: nothing learns in it,
    nor below."""
    ids: np.ndarray
    positions: np.ndarray | slice
    dropout: Any
    blocks: list[Any]
    norm: Any
    head: Any


def check_ids(ids, config, start=0) -> None:
    """ValueError if ids (B, T) are too many, or not in the vocabulary."""
    if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu":
        raise TypeError(f"token ids must be an array of whole numbers, got "
                        f"{getattr(ids, 'dtype', type(ids).__name__)}; "
                        f"np.array(ids) makes one of a list")
    if ids.ndim != 2:
        raise ValueError(f"token ids must be (batch, positions), got shape "
                         f"{tuple(ids.shape)}")
    if start + ids.shape[1] > config.context_length or ids.shape[1] < 1:
        raise ValueError(f"the model looks at 1 to {config.context_length} "
                         f"positions, got {start + ids.shape[1]}")
    if len(ids) and not 0 <= ids.min() <= ids.max() < config.vocab_size:
        raise ValueError(f"token ids must lie in 0..{config.vocab_size - 1}, "
                         f"got {ids.min()}..{ids.max()}")
