"""GPT-2: tokens in; out, for every position, a score for each next token.

Shapes: B batch, T positions, D model width, V vocabulary.
"""
from dataclasses import replace

import torch

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
            self.head.weight = self.token_embedding.weight
        self.reset_parameters(seed, deviations(c.n_layers))

    def new_past(self):
        """An empty cache of keys and values for each block."""
        return [KVCache(self.config.context_length) for _ in self.blocks]

    def forward(self, ids, keep=None, past=None, mask=None, read=None,
                positions=None, documents=None, qk_clip=None):
        """ids (B, T) -> logits (B, T, V)

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
        x = self.token_embedding(ids)                      # (B, T, D)
        x = self.position_embedding(x, context)
        x = self.dropout(x, context)                       # (B, T, D)
        contexts = self.block_contexts(context, past, read)
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x = self.run(block, x, block_context)
        x = self.final_norm(x)                             # (B, T, D)
        logits = self.head(x)                              # (B, T, V)
        return logits

    def block_contexts(self, context, past, read):
        """Each block has its own keys and values; the last one is read."""
        contexts = [kv_cache.entering(context) for kv_cache in past or ()]
        contexts = contexts or [context] * len(self.blocks)
        contexts[-1] = replace(contexts[-1], read=read)
        return contexts

    def run(self, block, x, context):
        """A block's output; replaced where activations are recomputed."""
        return block(x, context)


def check_ids(ids, config, start=0) -> None:
    """ValueError if ids (B, T) are too many, or not in the vocabulary.

    Looking at the values would stall a GPU and break a compiled graph, so
    there only the shape is checked.
    """
    if not isinstance(ids, torch.Tensor) or ids.is_floating_point():
        raise TypeError(f"token ids must be a tensor of whole numbers, got "
                        f"{getattr(ids, 'dtype', type(ids).__name__)}; "
                        f"torch.tensor(ids) makes one of a list")
    if ids.ndim != 2:
        raise ValueError(f"token ids must be (batch, positions), got shape "
                         f"{tuple(ids.shape)}")
    if start + ids.shape[1] > config.context_length or ids.shape[1] < 1:
        raise ValueError(f"the model looks at 1 to {config.context_length} "
                         f"positions, got {start + ids.shape[1]}")
    if torch.compiler.is_compiling() or ids.device.type != "cpu":
        return
    if len(ids) and not 0 <= ids.min() <= ids.max() < config.vocab_size:
        raise ValueError(f"token ids must lie in 0..{config.vocab_size - 1}, "
                         f"got {ids.min()}..{ids.max()}")
