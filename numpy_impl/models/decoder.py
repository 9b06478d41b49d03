"""The decoder: what all language models after GPT-2 have in common. Each of
them composes its blocks in a file of its own.

Shapes: B batch, T positions, D model width, V vocabulary.
"""
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import Context
from twinformer.models.initialisation import deviations

from ..layers.embedding import Embedding
from ..layers.kv_cache import RingKVCache
from ..layers.linear import Linear
from ..layers.module import Module, ModuleList
from ..layers.softcap import cap_slope, soft_cap, uncap
from .gpt2 import check_ids

__all__ = ["Decoder"]


class Decoder(Module):
    """logits = head(final_norm(blocks(tokens)))

    Positions come in inside attention, by rotation, so that nothing but the
    context length that it was trained on bounds how far a text may go.

    blocks : the DecoderBlocks, as the architecture composes them
    final_norm : the norm behind the last
    embedding : the token embedding, where it is no plain one
    logit_cap : logits are bent below it; None = not
    """

    def __init__(self, config, blocks, final_norm, *, embedding=None,
                 logit_cap: float | None = None, seed: int | None = 0):
        super().__init__()
        c = self.config = config
        self.logit_cap = logit_cap
        self.token_embedding = embedding or Embedding(
            c.vocab_size, c.d_model, seed=None)
        self.blocks = ModuleList(blocks)
        self.final_norm = final_norm
        self.head = Linear(
            c.d_model, c.vocab_size, bias=False, seed=None)
        if c.tie_embeddings:
            self.head.share("weight", self.token_embedding)
        self.reset_parameters(seed, deviations(c.n_layers))

    def new_past(self):
        """An empty cache of keys and values for each block: of what its
        window sees, or as many tokens as the context length."""
        c = self.config
        return [RingKVCache(c.window(layer) or c.context_length)
                for layer in range(c.n_layers)]

    def forward(self, ids, keep=None, past=None, mask=None, read=None,
                positions=None, documents=None, balance=None,
                qk_clip=None):
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
        balance : a LoadBalance, which keeps how experts were chosen
        qk_clip : a QKClip, which keeps how large each head's scores were
        """
        start = past[0].length if past else 0
        check_ids(ids, self.config)
        if positions is None:
            positions = slice(start, start + ids.shape[1])
        context = Context(keep=keep, mask=mask, positions=positions,
                          documents=documents, balance=balance,
                          qk_clip=qk_clip)
        x, ids = self.token_embedding.forward(ids)         # (B, T, D)
        learning = not self.token_embedding.is_frozen()
        block_caches = []
        contexts = self.block_contexts(context, past, read)
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x, block_cache = block.forward(x, block_context)
            # up to the first block that learns no gradient is needed
            learning = learning or not block.is_frozen()
            block_caches.append(block_cache if learning else None)
        x, norm_cache = self.final_norm.forward(x)         # (B, T, D)
        logits, head_cache = self.head.forward(x)          # (B, T, V)
        logits = soft_cap(logits, self.logit_cap)          # (B, T, V)
        # not the logits: their gradient may be written over them
        slope = cap_slope(logits, self.logit_cap)          # (B, T, V)
        return logits, Cache(ids, block_caches, norm_cache, head_cache, slope)

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
        dlogits = uncap(dlogits, cache.slope)              # (B, T, V)
        dx = self.head.backward(dlogits, cache.head)       # (B, T, D)
        dx = self.final_norm.backward(dx, cache.norm)
        for block in reversed(self.blocks):
            block_cache = cache.blocks.pop()
            if block_cache is None:
                return
            dx = block.backward(dx, block_cache)           # (B, T, D)
        self.token_embedding.backward(dx, cache.ids)


class Cache(NamedTuple):
    """What each step of forward keeps; None for a block: nothing learns in it,
    nor below."""
    ids: np.ndarray
    blocks: list[Any]
    norm: Any
    head: Any
    slope: np.ndarray | None
