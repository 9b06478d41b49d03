"""BERT: tokens in; out, for every position, a vector that has seen the whole
text, before and behind it. Heads read off it which token stands there, and
whether a second sentence follows a first.

Shapes: B batch, T positions, P positions that are read, D model width,
V vocabulary.
"""
from dataclasses import replace

import torch

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
from ..layers.positions import LearnedPositions, can_be_looked_at
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
        self.head.decoder.weight = self.token_embedding.weight
        self.next_sentence_head = Linear(c.d_model, 2, seed=None)
        self.reset_parameters(seed)

    def forward(self, ids, keep=None, mask=None, read=None, positions=None,
                segments=None, qk_clip=None):
        """ids (B, T) -> hidden (B, T, D)

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
        mask = ids.new_ones((T, T)).bool() if mask is None else mask
        segments = torch.zeros_like(ids) if segments is None else segments
        if can_be_looked_at(segments):
            check_segments(segments, ids.shape, self.config.n_segments)
        positions = slice(0, T) if positions is None else positions
        context = Context(keep=keep, mask=mask, positions=positions,
                          qk_clip=qk_clip)
        x = self.token_embedding(ids)                      # (B, T, D)
        kinds = self.segment_embedding(segments)
        x = self.position_embedding(x + kinds, context)
        x = self.embedding_norm(x)                         # (B, T, D)
        x = self.dropout(x, context)                       # (B, T, D)
        contexts = [context] * len(self.blocks)
        contexts[-1] = replace(context, read=read)
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x = self.run(block, x, block_context)
        return x

    def run(self, block, x, context):
        """A block's output; replaced where activations are recomputed."""
        return block(x, context)
