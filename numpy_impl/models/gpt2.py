"""GPT-2: tokens in; out, for every position, a score for each next token.

Shapes: B batch, T positions, D model width, V vocabulary.
"""
import numpy as np

from ..layers.block import TransformerBlock
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.kv_cache import KVCache
from ..layers.linear import Linear
from ..layers.module import Module, ModuleList
from ..layers.norm import LayerNorm
from ..layers.positions import LearnedPositions
from twinformer.models.config import GPT2Config

__all__ = ["GPTModel", "check_ids"]


class GPTModel(Module):
    """logits = head(final_norm(blocks(drop(tokens + positions))))

    Radford et al. 2019, "Language Models are Unsupervised Multitask Learners",
    section 2.3. A new model is all zeros: give it weights by
    `set_parameters(model, initial_parameters(config, seed))`.
    """

    def __init__(self, config: GPT2Config):
        super().__init__()
        c = self.config = config
        self.token_embedding = Embedding(c.vocab_size, c.d_model)
        self.position_embedding = LearnedPositions(c.context_length, c.d_model)
        self.dropout = Dropout(c.dropout)
        self.blocks = ModuleList(
            TransformerBlock(c.d_model, c.n_heads, c.dropout, c.qkv_bias)
            for _ in range(c.n_layers))
        self.final_norm = LayerNorm(c.d_model)
        self.head = Linear(c.d_model, c.vocab_size, bias=False)
        if c.tie_embeddings:
            self.head.share("weight", self.token_embedding)

    def new_past(self):
        """An empty cache of keys and values for each block."""
        return [KVCache(self.config.context_length) for _ in self.blocks]

    def forward(self, ids, keep=None, past=None, mask=None, read=None):
        """ids (B, T) -> logits (B, T, V), cache

        keep : where dropout takes its masks from, as in layers.Dropout
        past : from new_past, to read on where the last call ended; it is
            extended in place
        mask : who may attend to whom, (T, S) or (B, T, S); None = causal
        read : (B, P), the positions whose logits are wanted, then (B, P, V);
            None = all. The last block and the head compute no others.
        """
        start = past[0].length if past else 0
        check_ids(ids, self.config, start)
        x, ids = self.token_embedding.forward(ids)         # (B, T, D)
        x = self.position_embedding.forward(x, start)      # (B, T, D)
        x, drop_cache = self.dropout.forward(x, keep)
        block_caches = []
        pasts = past or [None] * len(self.blocks)
        frozen = self.frozen_stages()
        for number, block in enumerate(self.blocks, 1):
            wanted = read if number == len(self.blocks) else None
            x, cache = block.forward(x, keep, pasts[number - 1], mask, wanted)
            block_caches.append(None if number < frozen else cache)
        x, norm_cache = self.final_norm.forward(x)         # (B, T, D)
        logits, head_cache = self.head.forward(x)          # (B, T, V)
        return logits, (ids, drop_cache, block_caches, norm_cache, head_cache)

    def backward(self, dlogits, cache):
        """dlogits (B, T, V) -> nothing; adds to every parameter's gradient

        A tied token embedding is used twice, at both ends of the model, and
        both uses add to its one gradient. Uses up the cache: each block's
        memory is free again as soon as its backward is done. Stops above the
        stages where nothing learns.
        """
        ids, drop_cache, block_caches, norm_cache, head_cache = cache
        dx = self.head.backward(dlogits, head_cache)       # (B, T, D)
        dx = self.final_norm.backward(dx, norm_cache)
        frozen = self.frozen_stages()
        for block in reversed(self.blocks[max(0, frozen - 1):]):
            dx = block.backward(dx, block_caches.pop())    # (B, T, D)
        if frozen:
            return
        dx = self.dropout.backward(dx, drop_cache)
        dx = self.position_embedding.backward(dx)
        self.token_embedding.backward(dx, ids)

    def frozen_stages(self):
        """How many stages, from the input up, have nothing to learn.

        Stage 0 is the embeddings, stage n the n-th block. No gradient has to
        reach them, so they keep no cache.
        """
        stages = [[self.token_embedding, self.position_embedding],
                  *([block] for block in self.blocks)]
        learning = [number for number, stage in enumerate(stages)
                    if not all(part.is_frozen() for part in stage)]
        return min(learning, default=len(stages))


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
    if ids.size and not 0 <= ids.min() <= ids.max() < config.vocab_size:
        raise ValueError(f"token ids must lie in 0..{config.vocab_size - 1}, "
                         f"got {ids.min()}..{ids.max()}")
