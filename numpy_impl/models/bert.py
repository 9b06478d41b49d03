"""BERT: tokens in; out, for every position, a vector that has seen the whole
text, before and behind it. Heads read off it which token stands there, and
whether a second sentence follows a first.

Shapes: B batch, T positions, P positions that are read, D model width,
V vocabulary.
"""
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from twinformer.checks import check_segments
from twinformer.architectures.bert import BertConfig
from twinformer.models.context import Context

from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.linear import Linear
from ..layers.masked_language_head import MaskedLanguageHead
from ..layers.module import Module, ModuleList
from ..layers.norm import LayerNorm
from ..layers.pooler import Pooler
from ..layers.positions import LearnedPositions
from ..layers.post_norm_block import PostNormBlock
from .gpt2 import check_ids

__all__ = ["BertModel"]


class BertModel(Module):
    """hidden = blocks(drop(norm(tokens + segments + positions)))

    Devlin et al. 2018 (arXiv:1810.04805), section 3. What it predicts:

        head(hidden)                         which token     (B, T, V)
        next_sentence_head(pooler(hidden))   what follows    (B, 2)

    Its first weights are drawn from the seed; None leaves them at 0.
    """

    def __init__(self, config: BertConfig, seed: int | None = 0):
        super().__init__()
        c = self.config = config
        self.token_embedding = Embedding(c.vocab_size, c.d_model, seed=None)
        self.segment_embedding = Embedding(
            c.n_segments, c.d_model, seed=None)
        self.position_embedding = LearnedPositions(
            c.context_length, c.d_model, seed=None)
        self.embedding_norm = LayerNorm(c.d_model, c.norm_epsilon)
        self.dropout = Dropout(c.dropout)
        self.blocks = ModuleList(
            PostNormBlock(
                c.d_model, c.n_heads, c.d_hidden, c.dropout,
                c.attention_dropout, c.activation, c.norm_epsilon, seed=None)
            for _ in range(c.n_layers))
        self.pooler = Pooler(c.d_model, seed=None)
        self.head = MaskedLanguageHead(
            c.d_model, c.vocab_size, c.activation, c.norm_epsilon, seed=None)
        self.head.decoder.share("weight", self.token_embedding)
        self.next_sentence_head = Linear(c.d_model, 2, seed=None)
        self.reset_parameters(seed)

    def forward(self, ids, keep=None, mask=None, read=None, positions=None,
                segments=None, qk_clip=None):
        """ids (B, T) -> hidden (B, T, D), cache

        keep : where dropout takes its masks from, as in Context
        mask : who may attend to whom, (T, S) or (B, T, S); None = all to
            all, padding too
        read : (B, P), the positions that are wanted, then (B, P, D); None =
            all. The last block computes no others.
        positions : (B, T), where each token stands; None = from 0 on
        segments : (B, T), which text of a pair it is of; None = 0
        qk_clip : a QKClip, which keeps how large each head's scores were
        """
        check_ids(ids, self.config)
        T = ids.shape[1]
        mask = np.ones((T, T), bool) if mask is None else mask
        segments = np.zeros_like(ids) if segments is None else segments
        check_segments(segments, ids.shape, self.config.n_segments)
        positions = slice(0, T) if positions is None else positions
        context = Context(keep=keep, mask=mask, positions=positions,
                          qk_clip=qk_clip)
        x, ids = self.token_embedding.forward(ids)         # (B, T, D)
        kinds, segments = self.segment_embedding.forward(segments)
        x, positions = self.position_embedding.forward(x + kinds, context)
        x, norm_cache = self.embedding_norm.forward(x)     # (B, T, D)
        x, drop_cache = self.dropout.forward(x, context)   # (B, T, D)
        contexts = [context] * len(self.blocks)
        contexts[-1] = replace(context, read=read)
        block_caches = []
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x, block_cache = block.forward(x, block_context)
            block_caches.append(block_cache)
        return x, Cache(ids, segments, positions, norm_cache, drop_cache,
                        block_caches)

    def backward(self, dhidden, cache):
        """dhidden (B, T, D) -> nothing; adds to every parameter's gradient

        dhidden is the sum of what the heads send back. The three embeddings
        were added up: each receives the same gradient. Uses up the cache.
        """
        for block in reversed(self.blocks):
            dhidden = block.backward(dhidden, cache.blocks.pop())
        dx = self.dropout.backward(dhidden, cache.dropout)
        dx = self.embedding_norm.backward(dx, cache.norm)
        dx = self.position_embedding.backward(dx, cache.positions)
        self.segment_embedding.backward(dx, cache.segments)
        self.token_embedding.backward(dx, cache.ids)


class Cache(NamedTuple):
    """What each step of forward keeps."""
    ids: np.ndarray
    segments: np.ndarray
    positions: np.ndarray | slice
    norm: Any
    dropout: Any
    blocks: list[Any]
