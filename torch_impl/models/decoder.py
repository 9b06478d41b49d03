"""The decoder: what all language models after GPT-2 have in common. Each of
them composes its blocks in a file of its own.

Shapes: B batch, T positions, D model width, V vocabulary.
"""
from dataclasses import replace

from twinformer.models.context import Context
from twinformer.models.initialisation import deviations

from ..layers.embedding import Embedding
from ..layers.kv_cache import RingKVCache
from ..layers.linear import Linear
from ..layers.module import Module, ModuleList
from ..layers.softcap import soft_cap
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
            self.head.weight = self.token_embedding.weight
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
        x = self.token_embedding(ids)                      # (B, T, D)
        contexts = self.block_contexts(context, past, read)
        for block, block_context in zip(self.blocks, contexts, strict=True):
            x = self.run(block, x, block_context)
        x = self.final_norm(x)                             # (B, T, D)
        logits = self.head(x)                              # (B, T, V)
        logits = soft_cap(logits, self.logit_cap)          # (B, T, V)
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
